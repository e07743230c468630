package config

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// Parse is what Read does with the bytes of a file.
func Parse(source []byte) (Config, error) {
	file, err := parseFile(source, "f")
	if err != nil {
		return Config{}, err
	}
	return file.Config, nil
}

// SetIn is what Editor.Set does with the bytes of a file.
func SetIn(source []byte, path, value string) ([]byte, error) {
	source, old, err := (&Editor{}).prepare(source)
	if err != nil {
		return nil, err
	}
	steps, err := strictyaml.SplitPath(path)
	if err != nil {
		return nil, err
	}
	edited, err := rewrite(source, func(root *yaml.Node) error {
		_, err := setNode(root, steps, textNode(value))
		return err
	})
	if err != nil {
		return nil, err
	}
	return edited, checkEdit(edited, "", path, old)
}

// Describe is all that a profile says.
func Describe(p Profile) string {
	out := ""
	eachLeaf(p, func(path string, value any) { out += fmt.Sprintf("%s=%q\n", path, text(value)) })
	return out
}

// PathOn is Sources.Path on another system.
func PathOn(s Sources, goos string) string {
	path, _ := s.pathOn(goos)
	return path
}

// HoldLock keeps the lock of a config file.
func HoldLock(path string) (func(), error) {
	unlock, ok, err := tryLock(path)
	if err == nil && !ok {
		err = errors.New("held by another")
	}
	return unlock, err
}
