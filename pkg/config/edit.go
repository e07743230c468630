package config

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// Editor changes the config file. Comments, order and empty lines stay as they are.
type Editor struct {
	Path    string
	Profile string // what a path without "profiles." in front means; empty: the file's current profile

	origin Origin // of Profile
}

// Change is what an edit did.
type Change struct {
	File    string
	Path    string // in full: profiles.prod.project
	Changed bool   // false: it was so already, and nothing was written
}

// Editor is for the file that the sources point to.
func (s Sources) Editor() (*Editor, error) {
	path, _ := s.Path()
	if path == "" {
		return nil, fault.New(fault.Usage, "finding the config file: there is no home folder").WithHint("name the file with BCPAAS_CONFIG")
	}
	profile, origin := first([]layer{flagLayer(s), envLayer(s)}, "profile")
	return &Editor{Path: path, Profile: profile, origin: origin}, nil
}

// Set gives the setting at path a value; a list is given as a,b,c. What is not there is made: the file, the profile.
func (e *Editor) Set(ctx context.Context, path, value string) (Change, error) {
	return e.edit(ctx, true, func(root *yaml.Node, config *Config) (string, bool, error) {
		steps, makeCurrent, err := e.qualify(path, config)
		if err != nil {
			return "", false, err
		}
		at, err := schemaAt(steps)
		if err != nil {
			return "", false, err
		}
		full := joinSteps(steps)
		if at.whole() {
			err := fault.New(fault.Usage, "setting %s: it is not one value, set something in it", full)
			if fields := at.fields(); len(fields) > 0 {
				err = err.WithHint("it has: %s", orList(fields))
			}
			return "", false, err
		}
		changed, err := setNode(root, steps, at.node(value))
		if err == nil && makeCurrent {
			_, err = setNode(root, []strictyaml.Step{{Key: "currentProfile"}}, textNode(steps[1].Key))
		}
		if err != nil {
			err = fault.New(fault.Usage, "setting %s: %w", full, err)
		}
		return full, changed, err
	})
}

// Unset removes the setting at path, or all that is under it. To remove what is not there is no error.
func (e *Editor) Unset(ctx context.Context, path string) (Change, error) {
	return e.edit(ctx, false, func(root *yaml.Node, config *Config) (string, bool, error) {
		steps, _, err := e.qualify(path, config)
		if err != nil {
			return "", false, err
		}
		full := joinSteps(steps)
		changed, err := unsetNode(root, steps)
		if err == nil && !changed {
			_, err = schemaAt(steps) // a misspelt key is not "nothing to do"; an unknown one that is there may be removed
		}
		return full, changed, err
	})
}

// Use makes a profile the current one; Implicit makes none.
func (e *Editor) Use(ctx context.Context, profile string) (Change, error) {
	steps := []strictyaml.Step{{Key: "currentProfile"}}
	if profile == Implicit || profile == "" {
		return e.edit(ctx, false, func(root *yaml.Node, _ *Config) (string, bool, error) {
			changed, err := unsetNode(root, steps)
			return "currentProfile", changed, err
		})
	}
	return e.edit(ctx, true, func(root *yaml.Node, config *Config) (string, bool, error) {
		if _, ok := config.Profiles[profile]; !ok {
			return "", false, noSuch("profile", profile, Origin{}, config.ProfileNames(), e.Path)
		}
		changed, err := setNode(root, steps, textNode(profile))
		return "currentProfile", changed, err
	})
}

// qualify makes a path whole. makeCurrent tells that it names the first profile of the file.
func (e *Editor) qualify(path string, config *Config) (steps []strictyaml.Step, makeCurrent bool, err error) {
	steps, err = strictyaml.SplitPath(path)
	if err == nil && len(steps) == 0 {
		err = errors.New("the key is empty")
	}
	if err != nil {
		return nil, false, fault.New(fault.Usage, "%w", err)
	}
	top := schemaTop()
	switch {
	case slices.Contains(top, steps[0].Key):
		return steps, false, nil
	case len(steps) == 1 && steps[0].Key == "profile": // what config view and the flags call it
		return []strictyaml.Step{{Key: "currentProfile"}}, false, nil
	case len(steps) == 1 && steps[0].Key == "cluster":
		steps[0].Key = "defaultCluster"
	}
	name := e.Profile
	switch names := config.ProfileNames(); {
	case name == Implicit:
		return nil, false, fault.New(fault.Usage, "setting %s: profile %s is not in a file", path, Implicit)
	case len(names) == 0:
		makeCurrent = true
		name = cmp.Or(name, config.CurrentProfile, "default")
	case name == "" && config.CurrentProfile == "":
		return nil, false, fault.New(fault.Usage, "setting %s: no profile is the current one", path).
			WithHint("bcpaas config use NAME, or write profiles.NAME.%s", path)
	case name == "" && !slices.Contains(names, config.CurrentProfile):
		return nil, false, noSuch("profile", config.CurrentProfile, Origin{Kind: "file", Name: e.Path + ": currentProfile"}, names, e.Path)
	case name == "":
		name = config.CurrentProfile
	case !slices.Contains(names, name):
		return nil, false, noSuch("profile", name, e.origin, names, e.Path)
	}
	return append([]strictyaml.Step{{Key: "profiles"}, {Key: name}}, steps...), makeCurrent, nil
}

func schemaTop() []string {
	top, _ := schemaAt(nil) // no steps, no error
	return top.fields()
}

// edit changes the file under a lock. Problems that the file had before do not stand in the way of mending another; new
// ones do.
func (e *Editor) edit(ctx context.Context, create bool, change func(*yaml.Node, *Config) (string, bool, error)) (Change, error) {
	path, err := followLinks(e.Path)
	if err != nil {
		return Change{}, readingFault(e.Path, err)
	}
	unlock, err := lock(ctx, path, create)
	if errors.Is(err, fs.ErrNotExist) && !create {
		return Change{File: e.Path}, nil
	}
	if err != nil {
		return Change{}, err
	}
	defer unlock()
	source, info, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		source, info, err = nil, nil, nil
	}
	if err != nil {
		return Change{}, err
	}
	source, old, err := e.prepare(source)
	if err != nil {
		return Change{}, err
	}
	result := Change{File: e.Path}
	edited, err := rewrite(source, func(root *yaml.Node) (err error) {
		result.Path, result.Changed, err = change(root, &old.config)
		return err
	})
	if err != nil || !result.Changed {
		return result, err
	}
	if err := checkEdit(edited, e.Path, result.Path, old); err != nil {
		return Change{}, fault.New(fault.Usage, "changing %s: %w", result.Path, err).WithHint("nothing was changed")
	}
	if err := writeAtomically(path, edited, info); err != nil {
		return Change{}, fault.New(fault.Other, "writing config %s: %w", e.Path, err)
	}
	return result, nil
}

// oldState is what the file held before.
type oldState struct {
	config   Config
	problems strictyaml.Problems
}

// prepare reads what is there and gives a file that has nothing in it yet its head.
func (e *Editor) prepare(source []byte) ([]byte, oldState, error) {
	document, err := strictyaml.Parse(source, strictyaml.Options{File: e.Path, MaxBytes: maxBytes, Unknown: secretMessage})
	if err != nil {
		return nil, oldState{}, err
	}
	if document.Empty() {
		head := fmt.Sprintf("apiVersion: %s\nkind: %s\n", APIVersion, Kind)
		if comments := bytes.TrimSpace(source); len(comments) > 0 {
			head = string(comments) + "\n\n" + head
		}
		return []byte(head), oldState{}, nil
	}
	if err := newerVersion(document); err != nil {
		return nil, oldState{}, err
	}
	file := &File{Path: e.Path, document: document}
	err = document.Decode(&file.Config)
	return source, oldState{file.Config, append(strictyaml.ProblemsOf(err), check(file)...)}, nil
}
