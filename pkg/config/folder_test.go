package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/config"
)

func TestFolderFileIsFoundUpToTheRepositoryOrHome(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"working folder":       {map[string]string{"repo/sub/.bcpaas.yaml": "project: a", "repo/.bcpaas.yaml": "project: b"}, "a"},
		"parent":               {map[string]string{"repo/.bcpaas.yaml": "project: b"}, "b"},
		"root of a repository": {map[string]string{"repo/.bcpaas.yaml": "project: b", "repo/.git/HEAD": ""}, "b"},
		"above a repository":   {map[string]string{".bcpaas.yaml": "project: c", "repo/.git/HEAD": ""}, ""},
		"a worktree":           {map[string]string{".bcpaas.yaml": "project: c", "repo/.git": "gitdir: x"}, ""},
		"home":                 {map[string]string{".bcpaas.yaml": "project: c"}, "c"},
		"above home":           {map[string]string{"../.bcpaas.yaml": "project: d"}, ""},
		"empty":                {map[string]string{"repo/.bcpaas.yaml": "# nothing\n", ".bcpaas.yaml": "project: c"}, ""},
	} {
		p := newPlace(t)
		for path, content := range tt.files {
			p.write(t, path, content)
		}
		if got := mustLoad(t, p).Project; got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

func TestFolderFileMaySetLittle(t *testing.T) {
	const rest = " may set only project and app: clusters, endpoints and commands belong in your own config (HOME/.config/bcpaas/config.yaml), so that a cloned repository can't choose them"
	for _, key := range []string{"profile", "cluster", "profiles", "harbor", "passwordCommand", "output", "kubeconfig"} {
		p := newPlace(t)
		p.write(t, "repo/.bcpaas.yaml", "project: a\n"+key+": x\n")
		_, err := config.Load(p.sources())
		wantError(t, key, p, err, "HOME/repo/.bcpaas.yaml:2:1: a .bcpaas.yaml"+rest)
	}
}

func TestFolderFileIsARegularFile(t *testing.T) {
	p := newPlace(t)
	p.write(t, "secret", "project: a")
	path := filepath.Join(p.home, "repo", config.FolderFile)
	if err := os.Symlink(filepath.Join(p.home, "secret"), path); err != nil {
		t.Skip("no links here:", err)
	}
	_, err := config.Load(p.sources())
	wantError(t, "link", p, err, "reading HOME/repo/.bcpaas.yaml: it is not a regular file")
	os.Remove(path)
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err = config.Load(p.sources()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a folder: %v", err)
	}
}
