package finding

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Start lays the exercise's folder: the faulty server, a module of its own, and a file for the answers. A folder that is there
// and not empty is refused.
func (e Exercise) Start(dir string) error {
	there, err := os.ReadDir(dir)
	switch {
	case err == nil && len(there) > 0:
		return fmt.Errorf("%s is not empty (%s is in it): choose another folder", dir, there[0].Name())
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("starting exercise %d: %w", e.Number, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("starting exercise %d: %w", e.Number, err)
	}
	for name, content := range e.files() {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return fmt.Errorf("starting exercise %d: %w", e.Number, err)
		}
	}
	return nil
}

// files are what lies in the folder, by name.
func (e Exercise) files() map[string]string {
	return map[string]string{
		Source:      e.variant().source,
		sockets:     embedded("common/" + sockets),
		module:      embedded("common/" + module),
		AnswersFile: e.template(),
		textFile:    e.Text(),
	}
}

// Text is what is asked, as Markdown.
func (e Exercise) Text() string {
	return fmt.Sprintf(`# %d. %s

%s

The server is in main.go; sockets.go is without fault. It compiles, and whoever tries it by hand finds nothing:

    go run . -listen 127.0.0.1:7007
    nc 127.0.0.1 7007

The conformance suite finds out, in another terminal:

    lab verify -app echo tcp://127.0.0.1:7007
    lab verify -app echo -case '^NAME$' -timeline . tcp://127.0.0.1:7007

1. Name a case that fails because of the fault (%d point), such as echo/whole.
2. Find the line that is the cause (%d points): its number in main.go as you got it.
3. Mend it (%d points). All cases of echo must pass; the fault is one, and so a few lines will do.

Write 1 and 2 into answers.yaml before you change anything: later the numbers of the lines are others.
`, e.Number, e.Title, text.WrapSoft(e.Symptom, 100), pointsCase, pointsLine, pointsMended)
}

// template is a file of answers with nothing answered yet.
func (e Exercise) template() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Exercise %d: %s. What is asked stands in %s.\n", e.Number, e.Title, textFile)
	fmt.Fprintf(&b, "exercise: %d\nwho:    # your name, or those of your group\n\n", e.Number)
	fmt.Fprintf(&b, "# A conformance case that fails because of the fault, such as echo/whole (%d point).\ncase:\n\n", pointsCase)
	fmt.Fprintf(&b, "# The line of %s that is the cause: its number in the file as you got it (%d points).\nline:\n", Source, pointsLine)
	return b.String()
}
