package class

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Formats are the ways to write the table, by name.
var Formats = []string{"csv", "json"}

// Columns are the head of the table as CSV.
var Columns = []string{"folder", "who", "exercise", "points", "right", "decided", "score", "status", "remark"}

// Table writes rows: CSV as they come, JSON as one list at the end.
type Table struct {
	out  io.Writer
	csv  *csv.Writer // nil: JSON
	rows []Row
}

// NewTable begins a table in one of the formats.
func NewTable(out io.Writer, format string) (*Table, error) {
	t := &Table{out: out, rows: []Row{}}
	switch format {
	case "csv":
		t.csv = csv.NewWriter(out)
		return t, t.line(Columns)
	case "json":
		return t, nil
	}
	return nil, fmt.Errorf("no format %q: choose from %s", format, strings.Join(Formats, ", "))
}

// Add adds a row.
func (t *Table) Add(r Row) error {
	if t.csv == nil {
		t.rows = append(t.rows, r)
		return nil
	}
	score := ""
	if r.Score != nil {
		score = strconv.FormatFloat(*r.Score, 'f', 3, 64)
	}
	return t.line([]string{
		cell(r.Folder), cell(r.Who), r.Exercise, strconv.Itoa(r.Points), strconv.Itoa(r.Right), strconv.Itoa(r.Decided), score,
		string(r.Status), cell(r.Remark),
	})
}

// line writes one line at once: whoever interrupts a class keeps what is graded.
func (t *Table) line(cells []string) error {
	if err := t.csv.Write(cells); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	t.csv.Flush()
	if err := t.csv.Error(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// End writes what is still to be written.
func (t *Table) End() error {
	if t.csv != nil {
		return nil
	}
	e := json.NewEncoder(t.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(t.rows)
}
