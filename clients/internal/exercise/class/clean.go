package class

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is a cell of the table, in characters.
const longest = 400

// clean is the row as it may be shown: names and remarks come from strangers.
func (r Row) clean() Row {
	r.Folder, r.Who, r.Remark = plain(r.Folder), plain(r.Who), plain(r.Remark)
	return r
}

// plain is text in which everything can be seen: what a terminal obeys, what turns the direction of writing, line breaks and
// bytes that are no text stand there as escapes.
func plain(s string) string {
	var b strings.Builder
	n := 0
	for i, r := range s {
		if n++; n > longest {
			return b.String() + "…"
		}
		switch _, width := utf8.DecodeRuneInString(s[i:]); {
		case r == utf8.RuneError && width == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// cell is text that no spreadsheet takes for a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}
