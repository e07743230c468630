//go:build unix

package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestAFileWithCommandsIsOursAlone(t *testing.T) {
	p := newPlace(t)
	p.writeConfig(t, full)
	for _, mode := range []os.FileMode{0o620, 0o602, 0o666} {
		chmod(t, p.config(), mode)
		_, err := config.Read(p.sources())
		wantError(t, mode.String(), p, err, "reading config HOME/.config/bcpaas/config.yaml: it holds a command (profiles.\"生产.Beijing\".catalog.passwordCommand) but others can write it (mode "+octal(mode)+")")
		if err != nil && fault.ReportOf(err).Hint != "chmod 600 "+p.config()+", after reading what it runs" {
			t.Errorf("got %+v", fault.ReportOf(err))
		}
	}
	chmod(t, p.config(), 0o644)
	mustLoad(t, p)
	chmod(t, filepath.Dir(p.config()), 0o777)
	if _, err := config.Read(p.sources()); err == nil {
		t.Error("anybody can replace the file in its folder")
	}
	chmod(t, filepath.Dir(p.config()), 0o777|os.ModeSticky)
	mustLoad(t, p)
	p.writeConfig(t, head+"profiles: {a: {project: b}}\n")
	chmod(t, p.config(), 0o666)
	mustLoad(t, p) // without a command it can do little
}

func TestAFileOfAnotherIsNotRun(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	p := newPlace(t)
	p.writeConfig(t, full)
	if err := os.Chown(p.config(), 12345, 12345); err != nil {
		t.Fatal(err)
	}
	_, err := config.Read(p.sources())
	wantError(t, "of another", p, err, "reading config HOME/.config/bcpaas/config.yaml: it holds a command (profiles.\"生产.Beijing\".catalog.passwordCommand) but belongs to another user")
}

func TestEditKeepsLinkModeAndOwner(t *testing.T) {
	p := newPlace(t)
	p.write(t, "dotfiles/bcpaas.yaml", head+"profiles: {a: {}}\n")
	target := filepath.Join(p.home, "dotfiles", "bcpaas.yaml")
	chmod(t, target, 0o646)
	if err := os.MkdirAll(filepath.Dir(p.config()), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../dotfiles/bcpaas.yaml", p.config()); err != nil {
		t.Fatal(err)
	}
	if _, err := editor(t, p).Use(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if link, err := os.Readlink(p.config()); err != nil || link != "../../dotfiles/bcpaas.yaml" {
		t.Errorf("the link is gone: %v", err)
	}
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("got %v %v", info.Mode(), err)
	}
	if mustLoad(t, p).ProfileName != "a" {
		t.Error("the target was not written")
	}
}

func octal(mode os.FileMode) string {
	const digits = "01234567"
	return "0" + string([]byte{digits[mode>>6&7], digits[mode>>3&7], digits[mode&7]})
}
