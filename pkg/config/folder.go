package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// FolderFile may lie in a working folder, usually in a repository.
const FolderFile = ".bcpaas.yaml"

// Folder is all that a FolderFile may say. A repository that one has cloned must not choose where tokens go, nor run
// anything.
type Folder struct {
	Project string `json:"project,omitempty"`
	App     string `json:"app,omitempty"`
}

// readFolder looks for a FolderFile from the working folder upwards, up to and including the home folder or the root of a
// git repository.
func readFolder(s Sources) (Folder, *strictyaml.Document, string, error) {
	path := findFolderFile(s)
	if path == "" {
		return Folder{}, nil, "", nil
	}
	data, err := readFolderFile(path)
	if err != nil {
		return Folder{}, nil, "", err
	}
	document, err := strictyaml.Parse(data, strictyaml.Options{File: path, MaxBytes: maxBytes, Unknown: func(_, _ string) string {
		own, _ := s.Path()
		return "a " + FolderFile + " may set only project and app: clusters, endpoints and commands belong in your own config (" + own + "), so that a cloned repository can't choose them"
	}})
	if err != nil || document.Empty() {
		return Folder{}, nil, "", err
	}
	var folder Folder
	err = document.Decode(&folder)
	return folder, document, path, err
}

func findFolderFile(s Sources) string {
	if s.WorkDir == "" {
		return ""
	}
	home, _ := os.Stat(s.HomeDir) // nil where there is none: then nothing is the home folder
	for folder := filepath.Clean(s.WorkDir); ; folder = filepath.Dir(folder) {
		path := filepath.Join(folder, FolderFile)
		if _, err := os.Lstat(path); err == nil {
			return path
		}
		here, err := os.Stat(folder)
		if err != nil || home != nil && os.SameFile(here, home) || folder == filepath.Dir(folder) {
			return ""
		}
		if _, err := os.Lstat(filepath.Join(folder, ".git")); err == nil {
			return ""
		}
	}
}

// readFolderFile reads a regular file only: a link in a repository could point to anything, and a pipe would hang.
func readFolderFile(path string) ([]byte, error) {
	before, err := os.Lstat(path)
	if err != nil {
		return nil, readingFault(path, err)
	}
	if !before.Mode().IsRegular() {
		return nil, fault.New(fault.Usage, "reading %s: it is not a regular file", path)
	}
	if ofAnother(before) {
		return nil, fault.New(fault.Usage, "reading %s: it belongs to another user", path).WithHint("remove it, or work in a folder of your own")
	}
	data, after, err := readBounded(path)
	if err == nil && !os.SameFile(before, after) {
		err = readingFault(path, errors.Join(fs.ErrInvalid, errors.New("it was replaced meanwhile")))
	}
	return data, err
}
