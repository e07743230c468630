package output

import "strings"

// list is one format at work on one list. Its methods are called with the page locked.
type list[T any] interface {
	item(item T) error
	end(incomplete bool) error
}

func newList[T any](p *Printer, v View[T], page *page) list[T] {
	switch p.format.name {
	case formatJSON:
		return &jsonList[T]{p: p, kind: v.Kind, page: page}
	case formatYAML:
		return &yamlList[T]{p: p, kind: v.Kind, page: page}
	case formatCSV:
		return newCSVList(p, v, page)
	case formatName, formatNDJSON:
		return &lineList[T]{page: page, text: func(item T) (string, error) { return itemText(p, v, item) }}
	case formatJSONPath, formatGoTemplate:
		return &templateList[T]{p: p, kind: v.Kind, page: page}
	default:
		return newTableList(p, v, page)
	}
}

// itemText is one thing in the printer's format.
func itemText[T any](p *Printer, v View[T], item T) (string, error) {
	switch p.format.name {
	case formatJSON:
		text, err := marshal(item, "", jsonIndent)
		return p.document(text), err
	case formatNDJSON:
		text, err := marshal(item, "", "")
		return p.document(text), err
	case formatYAML:
		text, err := yamlText(item)
		return p.lines(text), err
	case formatName:
		return nameLine(p, v.Name(item)), nil
	case formatJSONPath, formatGoTemplate:
		data, err := jsonShaped(item)
		if err != nil {
			return "", err
		}
		return p.execute(data)
	default: // table, wide, CSV
		if v.Details != nil && p.ForPeople() {
			return detailsText(p, v.Details(item)), nil
		}
		return listOfOne(p, v, item)
	}
}

func listOfOne[T any](p *Printer, v View[T], item T) (string, error) {
	var b strings.Builder
	page := newPage(&b)
	list := newList(p, v, page)
	err := page.close(func() error { return list.item(item) })
	return b.String(), err
}

// nameLine is an id on its line. An id is never given as two lines, since each would be taken for an id.
func nameLine(p *Printer, name string) string {
	if p.tty || strings.ContainsAny(name, "\r\n") {
		name = Safe(name)
	}
	return name + "\n"
}

// lineList is a list whose items know nothing of each other.
type lineList[T any] struct {
	page *page
	text func(T) (string, error)
}

func (l *lineList[T]) item(item T) error {
	text, err := l.text(item)
	if err != nil {
		return err
	}
	_, err = l.page.WriteString(text)
	return err
}

func (l *lineList[T]) end(bool) error { return nil }
