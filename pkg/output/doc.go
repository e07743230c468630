// Package output turns values into what an operator or a script reads: a table, JSON, YAML, CSV, names, or the result of
// a template, all from one [View]; and it draws the progress of long operations ([Live]).
//
// Three promises hold for every format:
//   - A partial result is never shown as whole. A list that breaks off is flushed, its JSON or YAML is closed with
//     "incomplete": true, and the error is returned; a template, which has no place for such a mark, prints nothing.
//   - Data cannot take over a terminal. Cells of tables always pass [Safe]; on a terminal the other formats are filtered
//     as well. Piped data is given as it is.
//   - Memory does not grow with the number of items, except for templates, which need the whole list.
//
// It is the only package that imports tablewriter.
package output
