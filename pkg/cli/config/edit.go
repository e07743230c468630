package config

import (
	"cmp"

	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// Edit is what use, set and unset did.
type Edit struct {
	Key     string `json:"key"`
	Value   string `json:"value,omitempty"` // none when it was removed
	File    string `json:"file"`
	Changed bool   `json:"changed"`
}

// edited is the change in full. Where there is no file the editor has no full key to tell.
func edited(change config.Change, key, value string) Edit {
	return Edit{Key: cmp.Or(change.Path, key), Value: value, File: change.File, Changed: change.Changed}
}

// report gives programs the edit; people have read the note.
func report(printer *output.Printer, edit Edit, name func(Edit) string) error {
	if printer.ForPeople() {
		return nil
	}
	return output.PrintItem(printer, editView(name), edit)
}

func byKey(e Edit) string   { return e.Key }
func byValue(e Edit) string { return e.Value }

func editView(name func(Edit) string) output.View[Edit] {
	return output.View[Edit]{
		Kind: "EditList",
		Name: name,
		Columns: []output.Column[Edit]{
			{Header: "KEY", Cell: func(e Edit) output.Cell { return output.Text(e.Key) }},
			{Header: "VALUE", Cell: func(e Edit) output.Cell { return output.Text(e.Value) }},
			{Header: "FILE", Cell: func(e Edit) output.Cell { return output.Text(e.File) }},
			{Header: "CHANGED", Cell: func(e Edit) output.Cell {
				if e.Changed {
					return output.Text("yes")
				}
				return output.Text("no")
			}},
		},
	}
}
