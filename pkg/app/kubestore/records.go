package kubestore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

// Records are ConfigMaps: one head per app, one small object per release, and the content of releases in immutable
// chunks named by their hash, so that equal releases share them and no object meets the size limit by surprise.
const (
	keyHead    = "head.json"
	keyRelease = "release.json"
	keyChunk   = "chunk"
)

func headName(name string) string { return "bcpaas.app." + name }
func releaseName(name string, id int) string {
	return fmt.Sprintf("bcpaas.release.%s.%d", name, id)
}

// chunkName bears enough of the hash to be unique; what is read is verified against all of it.
func chunkName(name, hash string, i int) string {
	return fmt.Sprintf("bcpaas.content.%s.%s.%d", name, hash[:20], i)
}

type headRecord struct {
	Last int `json:"last"`
	Base int `json:"base"`
}

type releaseRecord struct {
	app.Release
	Chunks int `json:"chunks"`
}

// Head reads where an app stands.
func (s *Store) Head(ctx context.Context, project, name string) (rollout.Head, error) {
	object, err := kube.Get[corev1.ConfigMap](ctx, s.client, kube.ConfigMaps(), project, headName(name))
	if fault.Is(err, fault.NotFound) {
		return rollout.Head{}, nil
	}
	if err != nil {
		return rollout.Head{}, err
	}
	var record headRecord
	if err := json.Unmarshal([]byte(object.Data[keyHead]), &record); err != nil {
		return rollout.Head{}, fmt.Errorf("reading the head of %s/%s: %w", project, name, err)
	}
	return rollout.Head{Last: record.Last, Base: record.Base, Token: object.ResourceVersion}, nil
}

// setHead writes the head if it still is what the token says, and gives the token of what it is then.
func (s *Store) setHead(ctx context.Context, project, name, token string, record headRecord) (string, error) {
	raw, err := json.Marshal(record)
	if err != nil {
		return "", err
	}
	object := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: headName(name), Labels: labelsOf(name, "head"), ResourceVersion: token},
		Data:       map[string]string{keyHead: string(raw)},
	}
	if token == "" {
		object, err = kube.Create(ctx, s.client, kube.ConfigMaps(), object, false)
	} else {
		object, err = kube.Update(ctx, s.client, kube.ConfigMaps(), object)
	}
	if fault.Is(err, fault.Conflict) {
		return "", fault.New(fault.Conflict, "another deployment of %s/%s was faster", project, name).WithCode("outrun").
			On(project+"/"+name).WithHint("look at what it did (bcpaas app get %s -p %s) and deploy again", name, project)
	}
	if err != nil {
		return "", err
	}
	return object.ResourceVersion, nil
}

// Releases reads all releases that are kept, the newest first.
func (s *Store) Releases(ctx context.Context, project, name string) ([]app.Release, error) {
	var out []app.Release
	query := kube.Query{Namespace: project, Labels: labelApp + "=" + name + "," + labelRecord + "=release"}
	for page, err := range kube.Pages[corev1.ConfigMapList](ctx, s.client, kube.ConfigMaps(), query) {
		if err != nil {
			return nil, fmt.Errorf("reading the releases of %s/%s: %w", project, name, err)
		}
		for i := range page.Items {
			record, err := decodeRelease(&page.Items[i])
			if err != nil {
				return nil, err
			}
			out = append(out, record.Release)
		}
	}
	slices.SortFunc(out, func(a, b app.Release) int { return cmp.Compare(b.ID, a.ID) })
	return out, nil
}

func decodeRelease(object *corev1.ConfigMap) (releaseRecord, error) {
	var record releaseRecord
	if err := json.Unmarshal([]byte(object.Data[keyRelease]), &record); err != nil {
		return record, fmt.Errorf("reading release record %s/%s: %w", object.Namespace, object.Name, err)
	}
	return record, nil
}

// Content reads what a release applied.
func (s *Store) Content(ctx context.Context, release app.Release) ([]map[string]any, error) {
	object, err := kube.Get[corev1.ConfigMap](ctx, s.client, kube.ConfigMaps(), release.Project, releaseName(release.App, release.ID))
	if err != nil {
		return nil, err
	}
	record, err := decodeRelease(object)
	if err != nil {
		return nil, err
	}
	chunks := make([][]byte, record.Chunks)
	for i := range chunks {
		chunk, err := kube.Get[corev1.ConfigMap](ctx, s.client, kube.ConfigMaps(), release.Project, chunkName(release.App, release.ContentHash, i))
		if err != nil {
			return nil, fmt.Errorf("reading the content of release %d of %s/%s: %w", release.ID, release.Project, release.App, err)
		}
		chunks[i] = chunk.BinaryData[keyChunk]
	}
	bodies, err := app.DecodeContent(chunks, release.ContentHash)
	if err != nil {
		return nil, fmt.Errorf("release %d of %s/%s: %w", release.ID, release.Project, release.App, err)
	}
	return bodies, nil
}

// Begin takes the release's number (the compare-and-swap that excludes others) and records it.
func (s *Store) Begin(ctx context.Context, head rollout.Head, release app.Release, chunks [][]byte) error {
	// The number first, the base last: a run that dies in between leaves the head pointing at what is live still.
	token, err := s.setHead(ctx, release.Project, release.App, head.Token, headRecord{Last: release.ID, Base: head.Base})
	if err != nil {
		return err
	}
	for i, chunk := range chunks {
		immutable := true
		_, err := kube.Create(ctx, s.client, kube.ConfigMaps(), &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: release.Project, Name: chunkName(release.App, release.ContentHash, i), Labels: labelsOf(release.App, "content"),
			},
			Immutable: &immutable, BinaryData: map[string][]byte{keyChunk: chunk},
		}, false)
		if err != nil && !fault.Is(err, fault.Conflict) { // named by its content: what is there is the same
			return fmt.Errorf("recording release %d: %w", release.ID, err)
		}
	}
	object, err := releaseObject(release, len(chunks))
	if err != nil {
		return err
	}
	_, err = kube.Create(ctx, s.client, kube.ConfigMaps(), object, false)
	if fault.Is(err, fault.Conflict) { // left by a run whose head was removed by hand
		_, err = kube.Update(ctx, s.client, kube.ConfigMaps(), object)
	}
	if err != nil {
		return fmt.Errorf("recording release %d: %w", release.ID, err)
	}
	_, err = s.setHead(ctx, release.Project, release.App, token, headRecord{Last: release.ID, Base: release.ID})
	return err
}

func releaseObject(release app.Release, chunks int) (*corev1.ConfigMap, error) {
	raw, err := json.Marshal(releaseRecord{Release: release, Chunks: chunks})
	if err != nil {
		return nil, err
	}
	labels := labelsOf(release.App, "release")
	labels["bcpaas.io/release"] = strconv.Itoa(release.ID)
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: release.Project, Name: releaseName(release.App, release.ID), Labels: labels},
		Data:       map[string]string{keyRelease: string(raw)},
	}, nil
}

// Finish records how a release ended and, after a restore, which release is live again.
func (s *Store) Finish(ctx context.Context, release app.Release, base int) error {
	object, err := kube.Get[corev1.ConfigMap](ctx, s.client, kube.ConfigMaps(), release.Project, releaseName(release.App, release.ID))
	if err != nil {
		return err
	}
	record, err := decodeRelease(object)
	if err != nil {
		return err
	}
	updated, err := releaseObject(release, record.Chunks)
	if err != nil {
		return err
	}
	if _, err := kube.Update(ctx, s.client, kube.ConfigMaps(), updated); err != nil {
		return err
	}
	if base == release.ID {
		return nil
	}
	head, err := s.Head(ctx, release.Project, release.App)
	if err != nil || head.Last != release.ID {
		return err // a newer deployment has moved the head already
	}
	_, err = s.setHead(ctx, release.Project, release.App, head.Token, headRecord{Last: release.ID, Base: base})
	return err
}

// Drop deletes the records of releases, the content that no kept release needs, and configuration that only they used.
func (s *Store) Drop(ctx context.Context, drop, kept []app.Release) error {
	needed := map[string]bool{}
	for _, release := range kept {
		needed[release.ContentHash] = true
	}
	for _, ref := range app.Unreferenced(drop, kept) {
		if _, err := s.Delete(ctx, ref); err != nil {
			return err
		}
	}
	for _, release := range drop {
		if !needed[release.ContentHash] {
			if err := s.dropContent(ctx, release); err != nil {
				return err
			}
		}
		if _, err := s.client.Delete(ctx, kube.ConfigMaps(), release.Project, releaseName(release.App, release.ID), kube.DeleteOptions{}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) dropContent(ctx context.Context, release app.Release) error {
	for i := 0; ; i++ {
		found, err := s.client.Delete(ctx, kube.ConfigMaps(), release.Project, chunkName(release.App, release.ContentHash, i), kube.DeleteOptions{})
		if err != nil || !found {
			return err
		}
	}
}
