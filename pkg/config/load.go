package config

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/viper"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// keys are the scalar settings.
func keys() []string {
	return []string{"profile", "cluster", "project", "app", "output", "color", "auth", "timeout"}
}

// layer is what one source says of the scalar settings.
type layer struct {
	values  map[string]any
	origins map[string]Origin
}

func newLayer() layer { return layer{map[string]any{}, map[string]Origin{}} }

func (l layer) set(key, value string, origin Origin) {
	if value != "" {
		l.values[key], l.origins[key] = value, origin
	}
}

// Load reads all sources.
func Load(s Sources) (*Settings, error) {
	chosen := []layer{flagLayer(s), envLayer(s)}
	file := &File{}
	// The implicit profile, asked for by name, must work when the file is broken: it is the way around it.
	if name, _ := first(chosen, "profile"); name != Implicit {
		var err error
		if file, err = Read(s); err != nil {
			return nil, err
		}
	}
	folder, err := folderLayer(s)
	if err != nil {
		return nil, err
	}
	settings := &Settings{File: file.Path, Origins: map[string]Origin{}, file: file}
	if err := settings.chooseProfile(s, chosen); err != nil {
		return nil, err
	}
	layers := append(chosen, folder, settings.profileLayer())
	if err := settings.resolve(layers); err != nil {
		return nil, err
	}
	if err := settings.checkChosen(); err != nil {
		return nil, err
	}
	settings.locateFiles(s.HomeDir)
	return settings, nil
}

func flagLayer(s Sources) layer {
	l := newLayer()
	for _, key := range keys() {
		l.set(key, s.Flags[key], Origin{Kind: "flag", Name: key})
	}
	return l
}

func envLayer(s Sources) layer {
	l := newLayer()
	for _, variable := range Variables() {
		l.set(variable.Key, s.getenv(variable.Name), Origin{Kind: "env", Name: variable.Name})
	}
	return l
}

func folderLayer(s Sources) (layer, error) {
	l := newLayer()
	folder, document, path, err := readFolder(s)
	if document == nil || err != nil {
		return l, err
	}
	for key, value := range map[string]string{"project": folder.Project, "app": folder.App} {
		line, _ := document.Position(key)
		l.set(key, value, Origin{Kind: "file", Name: path, Line: line})
	}
	return l, nil
}

// profileLayer is what the chosen profile says. A profile with one cluster need not say which.
func (s *Settings) profileLayer() layer {
	l := newLayer()
	p := &s.Profile
	at := under("profiles", s.ProfileName) + "."
	for key, value := range map[string]string{"project": p.Project, "output": p.Output, "color": p.Color, "auth": p.Auth} {
		l.set(key, value, s.file.origin(at+key))
	}
	if p.Timeout != nil {
		l.set("timeout", p.Timeout.String(), s.file.origin(at+"timeout"))
	}
	names := p.ClusterNames()
	switch {
	case p.DefaultCluster != "":
		l.set("cluster", p.DefaultCluster, s.file.origin(at+"defaultCluster"))
	case len(names) == 1:
		l.set("cluster", names[0], s.file.origin(under(at+"clusters", names[0])))
	}
	l.set("profile", s.file.Config.CurrentProfile, s.file.origin("currentProfile"))
	return l
}

// origin is the place of a path in the file.
func (f *File) origin(path string) Origin {
	if f.document == nil {
		return Origin{}
	}
	line, _ := f.document.Position(path)
	return Origin{Kind: "file", Name: f.Path, Line: line}
}

func first(layers []layer, key string) (string, Origin) {
	for _, l := range layers {
		if value, ok := l.values[key].(string); ok {
			return value, l.origins[key]
		}
	}
	return "", Origin{}
}

func (s *Settings) chooseProfile(sources Sources, chosen []layer) error {
	name, origin := first(chosen, "profile")
	switch {
	case name == Implicit:
		return nil
	case name == "":
		name = s.file.Config.CurrentProfile
	}
	if name == "" {
		return nil
	}
	profile, ok := s.file.Config.Profiles[name]
	if !ok {
		path, _ := sources.Path()
		return noSuch("profile", name, origin, s.file.Config.ProfileNames(), path)
	}
	s.ProfileName, s.Profile = name, profile
	return nil
}

// noSuch says that a chosen name is not in the config, and which are.
func noSuch(kind, name string, origin Origin, names []string, where string) error {
	chosen := ""
	if origin.Kind != "" {
		chosen = " (" + origin.String() + ")"
	}
	err := fault.New(fault.NotFound, "choosing %s %q%s: there is no such %s in %s", kind, name, chosen, kind, where).WithCode(kind + "_not_found").On(name)
	nearest, ok := strictyaml.Nearest(name, names)
	switch {
	case ok:
		return err.WithHint("did you mean %q?", nearest)
	case len(names) > 0:
		return err.WithHint("there are: %s", strings.Join(names, ", "))
	}
	return err
}

// resolve gives each setting the value of the highest layer that has one. viper's own reading of the environment is not
// used: it would see the process's, and not what Sources says.
func (s *Settings) resolve(layers []layer) error {
	v := viper.New()
	v.SetDefault("output", "table")
	v.SetDefault("color", "auto")
	v.SetDefault("auth", "kubeconfig")
	if s.Profile.Dex != nil {
		v.SetDefault("auth", "dex")
	}
	for _, l := range slices.Backward(layers) {
		if err := v.MergeConfigMap(l.values); err != nil {
			return fault.New(fault.Other, "merging settings: %w", err)
		}
	}
	for _, key := range keys() {
		_, s.Origins[key] = first(layers, key)
	}
	s.Cluster, s.Project, s.App = v.GetString("cluster"), v.GetString("project"), v.GetString("app")
	s.Output, s.Color, s.Auth = v.GetString("output"), v.GetString("color"), v.GetString("auth")
	if s.Origins["timeout"].Kind == "" {
		return nil
	}
	limit, err := ParseDuration(v.GetString("timeout"))
	if err != nil {
		return fault.New(fault.Usage, "%s can't be %q: %w", s.Origins["timeout"].subject(), v.GetString("timeout"), err).WithCode("bad_setting")
	}
	s.Timeout = limit
	return nil
}

// checkChosen checks what came from flags and variables; the file was checked when it was read.
func (s *Settings) checkChosen() error {
	for _, choice := range []struct {
		key, value string
		allowed    []string
	}{{"auth", s.Auth, auths()}, {"color", s.Color, colors()}} {
		if !slices.Contains(choice.allowed, choice.value) {
			err := fault.New(fault.Usage, "%s must be %s, not %q", s.Origins[choice.key].subject(), orList(choice.allowed), choice.value)
			return err.WithCode("bad_setting")
		}
	}
	if names := s.Profile.ClusterNames(); len(names) > 0 && s.Cluster != "" && !slices.Contains(names, s.Cluster) {
		return noSuch("cluster", s.Cluster, s.Origins["cluster"], names, "profile "+s.ProfileName)
	}
	return nil
}

// locateFiles makes the paths in the profile absolute: ~/ is the home folder, and what is relative lies beside the config.
func (s *Settings) locateFiles(home string) {
	locate := func(path string) string {
		path = expandHome(path, home)
		if path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(filepath.Dir(s.File), path)
	}
	clusters := make(map[string]Cluster, len(s.Profile.Clusters))
	for name, cluster := range s.Profile.Clusters {
		cluster.Kubeconfig = locate(cluster.Kubeconfig)
		clusters[name] = cluster
	}
	s.Profile.Clusters = clusters
	endpoints := reflect.ValueOf(&s.Profile).Elem()
	for i := range endpoints.NumField() {
		endpoint := endpoints.Field(i)
		if endpoint.Kind() != reflect.Pointer || endpoint.IsNil() || endpoint.Elem().Kind() != reflect.Struct {
			continue
		}
		for j := range endpoint.Elem().NumField() {
			if field := endpoint.Elem().Field(j); strings.HasSuffix(nameOf(endpoint.Elem().Type().Field(j)), "File") {
				field.SetString(locate(field.String()))
			}
		}
	}
}
