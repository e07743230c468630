package diagnosis

import "fmt"

// maxWords is the width of a cause in a table.
const maxWords = 60

// FewWords tells a cause in a table's cell: "image not found (2/3 pods)", at most 60 bytes.
func FewWords(c Cause) string {
	tail := ""
	if c.Affected > 0 && c.Total > 1 {
		tail = fmt.Sprintf(" (%d/%d pods)", c.Affected, c.Total)
	}
	words := policyOf(c.Code).Words
	if words == "" {
		words = string(c.Code)
	}
	return clip(fill(words, c.Args), maxWords-len(tail)) + tail
}
