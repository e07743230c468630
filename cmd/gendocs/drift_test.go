package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

const module = "../.." // where the module is, seen from this package

func TestNothingHasDrifted(t *testing.T) {
	files, err := generate(module)
	if err != nil {
		t.Fatal(err)
	}
	drifted, err := drift(module, files)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range drifted {
		t.Errorf("%s is not what the program says: go run ./cmd/gendocs writes it", name)
	}
}

// Packages are reproducible only if what is in them is.
func TestGeneratedTwiceIsTheSame(t *testing.T) {
	first, err := generate(module)
	if err != nil {
		t.Fatal(err)
	}
	second, err := generate(module)
	if err != nil {
		t.Fatal(err)
	}
	if len(first) != len(second) {
		t.Errorf("%d files, then %d", len(first), len(second))
	}
	for name, content := range first {
		if !bytes.Equal(content, second[name]) {
			t.Errorf("%s differs from one run to the next", name)
		}
		home, _ := os.UserHomeDir() //nolint:errcheck // without a home there is nothing to leak
		if home != "" && home != "/" && bytes.Contains(content, []byte(home)) {
			t.Errorf("%s names a folder of this machine: %s", name, home)
		}
	}
}

func TestCheckNoticesWhatDriftedAndWhatIsLeftOver(t *testing.T) {
	root := t.TempDir()
	files := map[string][]byte{"man/man1/a.1": []byte("a"), "docs/b.md": []byte("b")}
	for name, content := range map[string]string{"man/man1/a.1": "old", "man/man1/gone.1": "x", "docs/by-hand.md": "x"} {
		if err := write(filepath.Join(root, name), []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	drifted, err := drift(root, files)
	if got := strings.Join(drifted, " "); err != nil || got != "docs/b.md man/man1/a.1 man/man1/gone.1" {
		t.Errorf("%s, %v", got, err)
	}
	if err := write(filepath.Join(root, "man/man1/gone.1"), nil); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(root, "man/man1/gone.1")); !os.IsNotExist(err) {
		t.Error("a page that is left over was not removed")
	}
}

func TestEveryPageHasTheExitCodes(t *testing.T) {
	for name, page := range manPages() {
		text := string(page)
		for _, section := range []string{".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH EXIT STATUS", ".SH SEE ALSO"} {
			if !strings.Contains(text, section+"\n") {
				t.Errorf("%s has no section %s", name, section)
			}
		}
		for _, row := range fault.Table() {
			if !strings.Contains(text, escapedLine(row.Meaning)+"\n") {
				t.Errorf("%s does not tell exit code %d", name, row.Exit)
			}
		}
		if strings.Count(text, ".nf\n") != strings.Count(text, ".fi\n") {
			t.Errorf("%s: .nf and .fi are not in pairs", name)
		}
	}
}

// Text that begins like a request of roff, or holds its escapes, comes out as it was.
func TestTextIsNotReadAsRoff(t *testing.T) {
	var b strings.Builder
	writeText(&b, "first\n\n  .bcpaas.yaml  \\x1b 'q'\n\nlast")
	want := "first\n.PP\n.PP\n.nf\n  .bcpaas.yaml  \\ex1b \\(aqq\\(aq\n.sp\n.fi\n.PP\nlast\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	if got := escapedLine(".hidden"); got != `\&.hidden` {
		t.Errorf("%q", got)
	}
}

func TestFlagsShowTheirDefaultWhereItSaysMore(t *testing.T) {
	cmd := &cobra.Command{Use: "x", Run: func(*cobra.Command, []string) {}}
	cmd.Flags().IntP("keep", "k", 10, "how many `N` to keep")
	cmd.Flags().Bool("atomic", false, "all or nothing")
	cmd.Flags().Bool("secret", false, "for tests")
	_ = cmd.Flags().MarkHidden("secret")
	page := manPage(cmd)
	for _, want := range []string{`\fB\-k\fR, \fB\-\-keep\fR \fIN\fR` + "\nhow many N to keep (default 10)\n", "\nall or nothing\n"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not in\n%s", want, page)
		}
	}
	if strings.Contains(page, "for tests") {
		t.Error("a hidden flag is shown")
	}
}
