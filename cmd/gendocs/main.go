// gendocs writes what is generated from the program itself: completion scripts, man pages, the JSON Schema of App files,
// the table of causes, the rights that each verb needs. The files are committed, so that a reader of the repository and a
// packager find them; a test fails when they drift.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	root := flag.String("root", ".", "folder of the module")
	check := flag.Bool("check", false, "write nothing; fail with the list of files that differ")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "gendocs:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	files, err := generate(root)
	if err != nil {
		return err
	}
	drifted, err := drift(root, files)
	if err != nil {
		return err
	}
	if check {
		if len(drifted) > 0 {
			return fmt.Errorf("these files are not what the program says; make generate writes them:\n  %s", strings.Join(drifted, "\n  "))
		}
		return nil
	}
	for _, name := range drifted {
		if err := write(filepath.Join(root, filepath.FromSlash(name)), files[name]); err != nil {
			return err
		}
		fmt.Println("wrote", name)
	}
	return nil
}

// owned are the folders in which every file is generated: what is there and no longer generated has drifted too. The
// folders of files that people write (docs, examples) are not among them.
func owned() []string { return []string{"completions", "man", "examples/rbac"} }

// drift lists the files that differ, are missing, or are left over, sorted.
func drift(root string, files map[string][]byte) ([]string, error) {
	var out []string
	for name, want := range files {
		have, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("looking for drift: %w", err)
		}
		if err != nil || !bytes.Equal(have, want) {
			out = append(out, name)
		}
	}
	for _, folder := range owned() {
		err := fs.WalkDir(os.DirFS(root), folder, func(name string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // nothing was generated yet
			}
			if err == nil && !entry.IsDir() && files[path.Clean(name)] == nil {
				out = append(out, name)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("looking for files that are left over: %w", err)
		}
	}
	slices.Sort(out)
	return out, nil
}

// write writes a file; nil content removes it.
func write(name string, content []byte) error {
	if content == nil {
		return os.Remove(name)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, content, 0o644)
}

// generate makes all files, by their path in the module. It contacts nobody and writes nothing.
func generate(root string) (map[string][]byte, error) {
	files := map[string][]byte{
		"docs/causes.md":      causesPage(),
		"docs/rights.md":      rightsPage(),
		"docs/environment.md": environmentPage(),
	}
	schema, err := appSchema(root)
	if err != nil {
		return nil, err
	}
	files["examples/app.schema.json"] = schema
	if files["pkg/cli/appfile.txt"], err = appFilePage(root); err != nil {
		return nil, err
	}
	scripts, err := completions()
	if err != nil {
		return nil, err
	}
	maps.Copy(files, scripts)
	maps.Copy(files, manPages())
	maps.Copy(files, clusterRoles())
	return files, nil
}
