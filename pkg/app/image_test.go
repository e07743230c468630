package app_test

import (
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/app"
)

const digest = "sha256:1f2e3d4c5b6a798800112233445566778899aabbccddeeff0011223344556677"

func TestParseImage(t *testing.T) {
	for ref, want := range map[string]app.Image{
		"busybox":                           {Repository: "busybox"},
		"shop/cart:9":                       {Repository: "shop/cart", Tag: "9"},
		"localhost:5000/a":                  {Repository: "localhost:5000/a"},
		"registry.example:5000/shop/cart:9": {Repository: "registry.example:5000/shop/cart", Tag: "9"},
		"127.0.0.1:5000/a__b/c--d.e_f:v1.0": {Repository: "127.0.0.1:5000/a__b/c--d.e_f", Tag: "v1.0"},
		"[::1]:5000/a":                      {Repository: "[::1]:5000/a"},
		"a:9@" + digest:                     {Repository: "a", Tag: "9", Digest: digest},
		"a@" + digest:                       {Repository: "a", Digest: digest},
		"EXAMPLE.org/a":                     {Repository: "EXAMPLE.org/a"},
	} {
		if got, err := app.ParseImage(ref); err != nil || got != want {
			t.Errorf("%s: got %+v, %v", ref, got, err)
		}
	}
	for _, ref := range []string{"", ":9", "a:", "a b", "A", "a/B", "a//b", "/a", "a/", "a_-b", "-a", "a-", "a:-1", "a@sha256:12", "a@" + digest + "0", "http://a/b", "reg.example:port/a", "a..b", "a___b", "é", "a:" + strings.Repeat("x", 129), strings.Repeat("a", 300), "-x.y/a", "[zz]/a"} {
		if got, err := app.ParseImage(ref); err == nil {
			t.Errorf("%q is taken for %+v", ref, got)
		}
	}
}

func TestShortImage(t *testing.T) {
	for ref, want := range map[string]string{
		"registry.example:5000/shop/cart:9@" + digest: "cart:9@1f2e3d",
		"cart@" + digest: "cart@1f2e3d",
		"shop/cart":      "cart",
		"not an image":   "not an image",
	} {
		if got := app.ShortImage(ref); got != want {
			t.Errorf("%s: got %s, want %s", ref, got, want)
		}
	}
}

func FuzzParseImage(f *testing.F) {
	f.Add("registry.example:5000/shop/cart:9@" + digest)
	f.Add("[::1]:5000/a")
	f.Fuzz(func(t *testing.T, ref string) {
		image, err := app.ParseImage(ref)
		if err == nil && image.String() != ref {
			t.Errorf("%q became %q", ref, image)
		}
		_ = app.ShortImage(ref)
	})
}
