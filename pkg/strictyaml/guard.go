package strictyaml

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// guard refuses what is not text in UTF-8 within the size limit. It answers the data without a byte order mark.
func guard(data []byte, o Options) ([]byte, *Problem) {
	limit := o.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	if int64(len(data)) > limit {
		return nil, &Problem{File: o.File, Message: fmt.Sprintf("the file is too large: %d bytes, the limit is %d", len(data), limit)}
	}
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return nil, &Problem{File: o.File, Line: 1, Column: 1, Message: "the file is in UTF-16: save it as UTF-8"}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	line, column := 1, 1
	for rest := data; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if message := refused(r, size, rest[0]); message != "" {
			return nil, &Problem{File: o.File, Line: line, Column: column, Message: message}
		}
		column++
		if r == '\n' || r == '\r' && !bytes.HasPrefix(rest, []byte("\r\n")) {
			line, column = line+1, 1
		}
		rest = rest[size:]
	}
	return data, nil
}

// refused says why a character can't stand in YAML, or nothing. The parser refuses the same ones, without the place.
func refused(r rune, size int, first byte) string {
	switch {
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf("byte 0x%02x is not UTF-8: save the file as UTF-8", first)
	case r == 0:
		return "a NUL byte: this is not a text file"
	case r == '\t' || r == '\n' || r == '\r' || r == 0x85:
		return ""
	case r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0xfeff || r == 0xfffe || r == 0xffff:
		return fmt.Sprintf("control character U+%04X is not allowed", r)
	}
	return ""
}
