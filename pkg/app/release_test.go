package app_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/app"
)

func ref(kind, name string) app.Ref {
	return app.Ref{APIVersion: "v1", Kind: kind, Namespace: "shop", Name: name}
}

func TestPrune(t *testing.T) {
	deployment := app.Ref{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "shop", Name: "cart"}
	newer := deployment
	newer.APIVersion = "apps/v2"
	last := []app.Ref{ref("ConfigMap", "cart-files-1"), ref("Secret", "cart-secrets-1"), ref("Service", "cart"), deployment, ref("Service", "gone"), ref("PersistentVolumeClaim", "data")}
	got := app.Prune(last, []app.Ref{newer})
	if want := []app.Ref{ref("Service", "gone"), ref("Service", "cart")}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRetain(t *testing.T) {
	var releases []app.Release
	for id := 1; id <= 15; id++ {
		verdict := app.Failed
		if id <= 3 {
			verdict = app.Succeeded
		}
		releases = append(releases, app.Release{ID: id, Verdict: verdict})
	}
	for keep, want := range map[int]string{10: "1 2 4 5", 20: "", 0: "1 2 4 5 6 7 8 9 10 11 12 13 14"} {
		var got []string
		for _, r := range app.Retain(releases, keep) {
			got = append(got, fmt.Sprint(r.ID))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("keep %d: drops %v, want %s", keep, got, want)
		}
	}
}

func TestUnreferenced(t *testing.T) {
	old := app.Release{Objects: []app.Ref{ref("ConfigMap", "a"), ref("Secret", "b"), ref("Service", "c")}}
	current := app.Release{Objects: []app.Ref{ref("ConfigMap", "a")}}
	if got := app.Unreferenced([]app.Release{old, old}, []app.Release{current}); !reflect.DeepEqual(got, []app.Ref{ref("Secret", "b")}) {
		t.Errorf("got %v", got)
	}
}

func TestContentRoundTrip(t *testing.T) {
	bodies := app.Content(compile(t, parse(t, read(t, "testdata/everything.app.yaml"))))
	noise := make([]byte, 2<<20)
	random := rand.NewChaCha8([32]byte{1})
	if _, err := random.Read(noise); err != nil {
		t.Fatal(err)
	}
	bodies = append(bodies, map[string]any{"noise": fmt.Sprintf("%x", noise)})
	hash, chunks, err := app.EncodeContent(bodies)
	if err != nil {
		t.Fatal(err)
	}
	if len(chunks) < 3 {
		t.Errorf("%d chunks", len(chunks))
	}
	for _, chunk := range chunks {
		if len(chunk) > app.MaxChunkBytes {
			t.Errorf("a chunk of %d bytes", len(chunk))
		}
	}
	again, sameChunks, err := app.EncodeContent(bodies)
	if err != nil || again != hash || !reflect.DeepEqual(chunks, sameChunks) {
		t.Error("packed twice, it differs")
	}
	got, err := app.DecodeContent(chunks, hash)
	if err != nil || !reflect.DeepEqual(got, bodies) {
		t.Errorf("unpacked it differs (%v)", err)
	}
	for name, bad := range map[string][][]byte{"missing": chunks[1:], "cut": chunks[:1], "none": nil, "swapped": {chunks[1], chunks[0]}} {
		if _, err := app.DecodeContent(bad, hash); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := app.DecodeContent(chunks, strings.Repeat("0", 64)); err == nil {
		t.Error("another hash: no error")
	}
}

func TestEmptyContent(t *testing.T) {
	hash, chunks, err := app.EncodeContent(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := app.DecodeContent(chunks, hash); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestDecodeContentRefusesABomb(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	zeros := make([]byte, 1<<20)
	for range 65 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := app.DecodeContent([][]byte{packed.Bytes()}, ""); err == nil || !strings.Contains(err.Error(), "larger than 64.0 MiB") {
		t.Errorf("got %v", err)
	}
}

func TestImages(t *testing.T) {
	got := app.Images(parse(t, component("    initContainers: [{name: a}, {name: b, image: 'x@"+digest+"'}]\n")))
	want := []app.ReleaseImage{
		{Component: "main", Image: "registry.example/cart:9"},
		{Component: "main", Container: "a", Image: "registry.example/cart:9"},
		{Component: "main", Container: "b", Image: "x@" + digest, Digest: digest},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}
