package building

import (
	"fmt"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What would do the exercise in the student's place: networks and loops that are finished, other processes.
var (
	notInGo     = []string{"net", "os/exec", "plugin", "C"}
	notInPython = []string{"asyncio", "asyncore", "selectors", "socketserver", "http", "threading", "_thread", "concurrent", "multiprocessing", "subprocess", "ctypes", "importlib"}
	imported    = regexp.MustCompile(`^\s*(?:import|from)\s+([\w.]+(?:\s*,\s*[\w.]+)*)`)
)

// forbidden names the first line that imports what an exercise is not to be done with; empty: there is none. Of a file that can't be
// parsed the compiler says it better.
func (l Lang) forbidden(text []byte) string {
	switch l {
	case Go:
		return forbiddenInGo(text)
	case Python:
		for i, line := range strings.Split(string(text), "\n") {
			for _, m := range imported.FindAllStringSubmatch(line, -1) {
				for name := range strings.SplitSeq(m[1], ",") {
					first, _, _ := strings.Cut(strings.TrimSpace(name), ".")
					if slices.Contains(notInPython, first) {
						return fmt.Sprintf("main.py:%d: the module %s is not for this exercise: it would do what is yours to write", i+1, first)
					}
				}
			}
		}
	}
	return ""
}

func forbiddenInGo(text []byte) string {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "main.go", text, parser.ImportsOnly)
	if err != nil {
		return ""
	}
	for _, i := range file.Imports {
		name, _ := strconv.Unquote(i.Path.Value)
		first, _, _ := strings.Cut(name, "/")
		if slices.Contains(notInGo, name) || slices.Contains(notInGo, first) || strings.Contains(first, ".") {
			return fmt.Sprintf("%s: the package %s is not for this exercise: it would do what is yours to write", set.Position(i.Pos()), name)
		}
	}
	return ""
}
