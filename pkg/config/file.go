package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

const maxBytes = 1 << 20

// File is a config file that was read and found valid.
type File struct {
	Path     string // empty when there is none
	Config   Config
	document *strictyaml.Document
}

// Read reads the config file that the sources point to. Where there is none, and none was asked for by BCPAAS_CONFIG, the
// answer is an empty File.
func Read(s Sources) (*File, error) {
	path, chosen := s.Path()
	if path == "" {
		return &File{}, nil
	}
	file, err := ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !chosen {
		return &File{}, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Usage, "%w", err).WithCode("config_not_found").WithHint("BCPAAS_CONFIG names this file: correct or unset it, or create the file with bcpaas config set")
	}
	return file, err
}

// ReadFile reads and checks the config file at path.
func ReadFile(path string) (*File, error) {
	data, info, err := readBounded(path)
	if err != nil {
		return nil, err
	}
	file, err := parseFile(data, path)
	if err != nil {
		return nil, err
	}
	if commands := file.Config.commands(); len(commands) > 0 && info != nil {
		if complaint, mend := untrusted(path, info); complaint != "" {
			return nil, fault.New(fault.Usage, "reading config %s: it holds a command (%s) but %s", path, commands[0], complaint).WithCode("config_untrusted").WithHint("%s", mend)
		}
	}
	return file, nil
}

// readBounded reads a file and what is known of that very file, not of one that took its name meanwhile. One byte more than
// the limit is read, so that the parser notices and says the limit.
func readBounded(path string) ([]byte, fs.FileInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, readingFault(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, readingFault(path, err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, nil, readingFault(path, err)
	}
	return data, info, nil
}

// readingFault says the path once: the errors of os carry it too.
func readingFault(path string, err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return fault.New(fault.Usage, "reading config %s: %w", path, err)
}

func parseFile(data []byte, path string) (*File, error) {
	file := &File{Path: path}
	var err error
	file.document, err = strictyaml.Parse(data, strictyaml.Options{File: path, MaxBytes: maxBytes, Unknown: secretMessage})
	if err != nil || file.document.Empty() {
		return file, err
	}
	if problem := newerVersion(file.document); problem != nil {
		return nil, problem
	}
	err = file.document.Decode(&file.Config)
	if err != nil && strictyaml.ProblemsOf(err) == nil {
		return nil, err
	}
	problems := append(strictyaml.ProblemsOf(err), check(file)...)
	return file, problems.Fault()
}

// newerVersion comes before everything else: a list of fields that this bcpaas does not know would hide the reason.
func newerVersion(document *strictyaml.Document) error {
	var head map[string]any
	_ = document.Decode(&head) // what is wrong is told later, if the version is ours
	version, _ := head["apiVersion"].(string)
	var number int
	if _, err := fmt.Sscanf(version, "bcpaas.io/v%d", &number); err != nil || number < 2 {
		return nil
	}
	problem := document.Problem("apiVersion", "the file is of version %s, this bcpaas reads %s: use a newer bcpaas", version, APIVersion)
	return strictyaml.Problems{problem}.Fault()
}
