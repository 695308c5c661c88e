package exercise

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"c10klab/docs/labs"
)

// Start lays an exercise's folder. One that is there and not empty is refused.
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
	if err := os.WriteFile(filepath.Join(dir, AnswersFile), []byte(Template(e.Sheet)), 0o644); err != nil {
		return fmt.Errorf("starting exercise %d: %w", e.Number, err)
	}
	return nil
}

// Template is a file of answers with nothing answered yet.
func Template(s labs.Sheet) string {
	var b strings.Builder
	comment := func(indent, words string) {
		for line := range strings.SplitSeq(text.WrapSoft(words, 90-len(indent)), "\n") {
			b.WriteString(strings.TrimRight("# "+indent+line, " ") + "\n")
		}
	}
	comment("", fmt.Sprintf("Exercise %d: %s. The sheet: docs/labs/%s", s.Number, s.Title, s.File))
	comment("", "Answer every question before anything runs; what you change after the run is shown and scores nothing.")
	fmt.Fprintf(&b, "exercise: %d\nwho:    # your name, or those of your group\n", s.Number)
	if situation := s.Situation(); situation != "" {
		b.WriteString("\n")
		comment("", situation)
	}
	for i, q := range s.Questions {
		points := "points"
		if q.Points == 1 {
			points = "point"
		}
		b.WriteString("\n")
		comment("", fmt.Sprintf("%d. %s (%d %s; %s)", i+1, q.Text, q.Points, points, q.Form()))
		for _, c := range q.Choices {
			if c.About != "" {
				comment("   ", c.Word+": "+c.About)
			}
		}
		b.WriteString(q.ID + ":")
		if q.Kind == labs.Order {
			b.WriteString(" []")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// FolderNumber is the exercise that a folder was laid for. The error says that the folder is none.
func FolderNumber(dir string) (int, error) {
	content, err := os.ReadFile(filepath.Join(dir, AnswersFile))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%s has no %s: lab exercise start NN %s lays one", dir, AnswersFile, dir)
	}
	if err != nil {
		return 0, fmt.Errorf("no answers can be read: %w", err)
	}
	root, err := mapping(content)
	if err != nil {
		return 0, located(err, filepath.Join(dir, AnswersFile))
	}
	n := 0
	for i := 0; i < len(root.Content); i += 2 {
		if root.Content[i].Value == "exercise" && root.Content[i+1].Decode(&n) == nil && n > 0 {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%s: it doesn't say of which exercise: want a line such as exercise: 2", filepath.Join(dir, AnswersFile))
}
