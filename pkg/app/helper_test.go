package app_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bcpaas/bcpaas/pkg/app"
)

var update = flag.Bool("update", false, "write the golden files anew")

// parse reads an App file that must be good.
func parse(t testing.TB, text string) *app.App {
	t.Helper()
	a, err := app.Parse([]byte(text), app.ParseOptions{File: "app.yaml"})
	if err != nil {
		t.Fatalf("parsing:\n%s\n%v", text, err)
	}
	return a
}

// component is an App file around the fields of its one component, indented as they are given.
func component(fields string) string {
	return "apiVersion: bcpaas.io/v1\nkind: App\nname: cart\nproject: shop\ncomponents:\n  - image: registry.example/cart:9\n" + fields
}

func options() app.CompileOptions {
	return app.CompileOptions{
		Namespace: "shop",
		Release:   "7",
		Owner:     app.Owner{Who: "ada@example.org", Commit: "1f2e3d4", Run: "cart-ci-12"},
		ReadFile: func(path string) ([]byte, error) {
			switch path {
			case "./cart.conf":
				return []byte("a = 1\n"), nil
			case "./password":
				return []byte("not-a-real-one\n"), nil
			case "./logo.png":
				return []byte{0x89, 'P', 'N', 'G', 0xff}, nil
			}
			return nil, errors.New("no such file")
		},
		Getenv: func(name string) (string, bool) { return "from-the-environment", name == "CART_TOKEN" },
	}
}

func compile(t testing.TB, a *app.App) []app.Object {
	t.Helper()
	objects, err := app.Compile(a, options())
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// golden compares with a file in testdata, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got; go test -update writes it anew):\n%s", file, diff)
	}
}
