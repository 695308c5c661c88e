package finding

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed variants
var variants embed.FS

// The files of every exercise's folder.
const (
	Source      = "main.go"      // in which the fault is
	sockets     = "sockets.go"   // what all of them have in common
	module      = "go.mod"       //
	AnswersFile = "answers.yaml" //
	textFile    = "README.md"    //
)

// The lines around the fault in an embedded file; they stand in no student's.
const (
	faultBegins = "//defect{"
	faultEnds   = "//defect}"
)

// variant is a faulty server as a student gets it, and where its fault is.
type variant struct {
	source      string
	first, last int // the lines of the fault, from 1
}

func embedded(name string) string {
	text, err := variants.ReadFile("variants/" + name + ".txt")
	if err != nil {
		panic(err) // it is built in
	}
	return string(text)
}

// variant takes the marks out of the embedded file.
func (e Exercise) variant() variant {
	var v variant
	var lines []string
	for line := range strings.Lines(embedded(e.ID() + "/" + Source)) {
		switch strings.TrimSpace(line) {
		case faultBegins:
			v.first = len(lines) + 1
		case faultEnds:
			v.last = len(lines)
		default:
			lines = append(lines, line)
		}
	}
	v.source = strings.Join(lines, "")
	return v
}

// where is the fault's place, in words.
func (v variant) where() string {
	if v.first == v.last {
		return fmt.Sprintf("line %d", v.first)
	}
	return fmt.Sprintf("lines %d to %d", v.first, v.last)
}
