package app

import "fmt"

// Part is the part of body that holds one field, by its path (in the form of FieldAt): the field, and of each list item on
// the way what names it. It fails when the path can't be read or names nothing in body.
func Part(body map[string]any, path string) (map[string]any, error) {
	steps, err := parsePath(path)
	if err != nil {
		return nil, err
	}
	way, found := resolve(body, steps)
	if !found || len(way) == 0 {
		return nil, fmt.Errorf("taking %s out: there is no such field", path)
	}
	var selectors []step
	for _, s := range steps {
		if !s.isName {
			selectors = append(selectors, s)
		}
	}
	part := copyJSON(way[len(way)-1].value())
	for i := len(way) - 1; i >= 0; i-- {
		if way[i].inMap != nil {
			part = map[string]any{way[i].key: part}
			continue
		}
		selector := selectors[len(selectors)-1]
		selectors = selectors[:len(selectors)-1]
		if item, ok := part.(map[string]any); ok {
			for _, key := range selector.keys {
				item[key.name] = key.value
			}
		}
		part = []any{part}
	}
	whole, ok := part.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("taking %s out: it is no field of an object", path)
	}
	return whole, nil
}
