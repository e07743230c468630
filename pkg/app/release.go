package app

import (
	"sort"
	"time"
)

// Verdict is how a release ended. The empty one means that it has not ended.
type Verdict string

// The verdicts of a release.
const (
	Succeeded  Verdict = "succeeded"
	Failed     Verdict = "failed"
	TimedOut   Verdict = "timed_out"
	RolledBack Verdict = "rolled_back"
	Unknown    Verdict = "unknown" // the cluster could not be reached
)

// Release is the record of one deployment of an app.
type Release struct {
	ID      int       `json:"id"` // 1, 2, 3, ... within the app
	App     string    `json:"app"`
	Project string    `json:"project"`
	Time    time.Time `json:"time"`              // by the server's clock
	Who     string    `json:"who,omitempty"`     // the actor as the API server knows it
	Message string    `json:"message,omitempty"` // given with -m
	Commit  string    `json:"commit,omitempty"`
	Run     string    `json:"run,omitempty"` // pipeline run

	Verdict Verdict    `json:"verdict,omitempty"`
	Cause   string     `json:"cause,omitempty"` // code of the cause of a verdict that is not succeeded
	Ended   *time.Time `json:"ended,omitempty"`
	From    int        `json:"from,omitempty"` // the release that a rollback restored

	Images      []ReleaseImage `json:"images,omitempty"`
	Objects     []Ref          `json:"objects"`     // what the release consists of
	ContentHash string         `json:"contentHash"` // as EncodeContent gives it
}

// ReleaseImage is the image of one container in a release.
type ReleaseImage struct {
	Component string `json:"component"`
	Container string `json:"container,omitempty"` // of an init container; empty for the component's own
	Image     string `json:"image"`               // as in the file
	Digest    string `json:"digest,omitempty"`    // sha256:...; empty while it is not resolved
}

// Images lists the images of an app, with the digests that stand in the file itself.
func Images(a *App) []ReleaseImage {
	var out []ReleaseImage
	add := func(component, container, ref string) {
		image, _ := ParseImage(ref)
		out = append(out, ReleaseImage{Component: component, Container: container, Image: ref, Digest: image.Digest})
	}
	for i := range a.Components {
		m := &a.Components[i]
		add(m.DisplayName(), "", m.Image)
		for _, n := range m.InitContainers {
			add(m.DisplayName(), n.Name, orDefault(n.Image, m.Image))
		}
	}
	return out
}

// Prune lists what the release before had and this one has not, to be deleted: the last ones applied first. Claims are
// never in it, nor are ConfigMaps and Secrets: pods of the version before and rollbacks still need them, and Unreferenced
// finds them when nothing does.
func Prune(last, next []Ref) []Ref {
	kept := map[string]bool{}
	for _, ref := range next {
		kept[ref.key()] = true
	}
	var gone []Ref
	for i := len(last) - 1; i >= 0; i-- {
		if ref := last[i]; !kept[ref.key()] && ref.Kind != "PersistentVolumeClaim" && !byContent(ref) {
			gone = append(gone, ref)
		}
	}
	return gone
}

// byContent: the configuration that Compile names by its content.
func byContent(ref Ref) bool {
	return ref.Group() == "" && (ref.Kind == "ConfigMap" || ref.Kind == "Secret")
}

// Retain picks the releases whose records may be deleted: all but the newest keep ones (at least one) and the newest that
// succeeded. The answer is in the order of age, oldest first.
func Retain(releases []Release, keep int) (drop []Release) {
	newest := append([]Release(nil), releases...)
	sort.SliceStable(newest, func(i, j int) bool { return newest[i].ID > newest[j].ID })
	good := 0
	for _, r := range newest {
		if r.Verdict == Succeeded {
			good = r.ID
			break
		}
	}
	for i := len(newest) - 1; i >= max(1, keep); i-- {
		if newest[i].ID != good {
			drop = append(drop, newest[i])
		}
	}
	return drop
}

// Unreferenced lists the ConfigMaps and Secrets that belong to dropped releases and to none that stays, sorted by kind and
// name. kept must be all releases that stay, the one being deployed among them.
func Unreferenced(dropped, kept []Release) []Ref {
	needed := map[string]bool{}
	for _, r := range kept {
		for _, ref := range r.Objects {
			needed[ref.key()] = true
		}
	}
	var free []Ref
	for _, r := range dropped {
		for _, ref := range r.Objects {
			if byContent(ref) && !needed[ref.key()] {
				needed[ref.key()] = true
				free = append(free, ref)
			}
		}
	}
	sort.Slice(free, func(i, j int) bool { return free[i].key() < free[j].key() })
	return free
}
