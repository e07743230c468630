package app

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Document is the app as JSON data, with a metadata.name like every other body of a release: a release keeps its source.
func (a *App) Document() (map[string]any, error) {
	spec, err := toMap(a)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"apiVersion": APIVersion, "kind": Kind, "spec": spec, "metadata": map[string]any{"name": a.Name},
	}, nil
}

// FromDocument is the app that Document wrote.
func FromDocument(document map[string]any) (*App, error) {
	spec, ok := document["spec"]
	if !ok {
		return nil, errors.New("the release does not hold the app's source")
	}
	data, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("reading the app's source: %w", err)
	}
	a := &App{}
	if err := json.Unmarshal(data, a); err != nil {
		return nil, fmt.Errorf("reading the app's source: %w", err)
	}
	return a, nil
}
