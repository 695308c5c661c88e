package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
)

// titles of experiments that have a table like any other.
var titles = map[string]string{
	"churn": "Clients that come and go", "busy": "Work beside echo", "wait": "Handlers that wait", "rate": "One fixed rate for all",
	"capacity": "Capacity: the highest rate with p99 at most 1 ms", "overload": "More than it can serve", "slow": "Beside slow clients",
	"burst": "A burst of connects", "cores": "One CPU and two", "switch": "What a switch costs", "hop": "The way to the server", "omission": "A stall that a client hides",
}

// Title names an experiment.
func Title(experiment string) string {
	if title, known := titles[experiment]; known {
		return title
	}
	if experiment == "" {
		return "Unnamed"
	}
	return strings.ToUpper(experiment[:1]) + experiment[1:]
}

// column is one of a table about an experiment.
type column struct {
	header string
	cell   func(row Row, at func(place) []result.Record) string
}

// otherSheets show whatever an experiment measured: ratios, the figures that only it has, and its notes; a sheet for each
// load, where there are several.
func (s *Summary) otherSheets(experiment string) (sheets []Sheet) {
	var order []string
	byLoad := map[string][]place{}
	for _, r := range s.Run.Records {
		p := placeOf(r)
		if r.Experiment != experiment || slices.Contains(byLoad[p.load], p) {
			continue
		}
		if byLoad[p.load] == nil {
			order = append(order, p.load)
		}
		byLoad[p.load] = append(byLoad[p.load], p)
	}
	for _, load := range order {
		t := s.otherSheet(experiment, byLoad[load])
		if len(order) > 1 && load != "" {
			t.Name, t.Title = slug(experiment+" "+load), t.Title+": "+load
		}
		sheets = append(sheets, t)
	}
	return sheets
}

func (s *Summary) otherSheet(experiment string, places []place) Sheet {
	t := Sheet{Name: experiment, Title: Title(experiment), Header: []string{""}, Right: 2}
	var columns []column
	for _, p := range places {
		columns = append(columns, s.columnsOf(p, len(places) > 1)...)
	}
	if len(columns) == 0 {
		columns = []column{{"outcome", func(Row, func(place) []result.Record) string { return "-" }}}
	}
	for _, c := range columns {
		t.Header = append(t.Header, c.header)
	}
	t.About = s.about(experiment, places)
	for _, model := range s.subjects(experiment) {
		if !slices.ContainsFunc(places, func(p place) bool { return len(s.at(model, p)) > 0 }) {
			continue
		}
		t.Rows = append(t.Rows, s.otherRow(model, places, columns))
		t.Notes = append(t.Notes, s.notes(model, places)...)
	}
	return t.turned()
}

// notes are what a model's records say in words, a line for each.
func (s *Summary) notes(model string, places []place) (lines []Note) {
	var all []result.Record
	names := map[string]bool{}
	for _, p := range places {
		for _, r := range s.at(model, p) {
			all = append(all, r)
			for name := range r.Notes {
				names[name] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if words := notesOf(all, name); words != "" {
			lines = append(lines, Note{model + ", " + strings.ReplaceAll(name, "_", " ") + ": ", ended(words)})
		}
	}
	return lines
}

// turned has the figures below each other where there are many of few things.
func (t Sheet) turned() Sheet {
	const many, few = 7, 4
	if len(t.Header) <= many || len(t.Rows) > few || slices.ContainsFunc(t.Rows, func(row []string) bool { return len(row) < len(t.Header) }) {
		return t
	}
	header := []string{""}
	for _, row := range t.Rows {
		header = append(header, row[0])
	}
	var rows [][]string
	for i, name := range t.Header[1:] {
		line := []string{name}
		for _, row := range t.Rows {
			line = append(line, row[i+1])
		}
		rows = append(rows, line)
	}
	t.Header, t.Rows = header, rows
	return t
}

func (s *Summary) about(experiment string, places []place) string {
	words := experiment
	if l := loads(places); l != "" {
		words += ": " + l
	}
	var floors []string
	for _, p := range places {
		if f := s.floorAt(p); f.Known {
			floors = append(floors, percent(f.Value))
		}
	}
	if len(floors) > 0 {
		words += ". Ratios are to epoll in the same trials; told apart is what differs by " + strings.Join(floors, ", ") + " or more"
	}
	return ended(words)
}

// otherRow is a model's; a sentence where nothing is known but why.
func (s *Summary) otherRow(model string, places []place, columns []column) []string {
	row := Row{Model: model, Reference: model == target.Reference}
	records := map[place][]result.Record{}
	var last result.Record
	known := false
	for _, p := range places {
		records[p] = s.at(model, p)
		for _, r := range records[p] {
			last, known = r, known || r.Outcome == result.OK || len(r.Figures) > 0
		}
	}
	if !known {
		return []string{model, ended(fmt.Sprintf("%s: %s", last.Outcome, last.Reason))}
	}
	line := []string{model}
	for _, c := range columns {
		line = append(line, c.cell(row, func(p place) []result.Record { return records[p] }))
	}
	return line
}

// columnsOf are those of one place; with others beside it the headers say which one.
func (s *Summary) columnsOf(p place, several bool) (columns []column) {
	named := func(header string) string {
		if where := p.String(); several && where != "" {
			return header + " (" + where + ")"
		}
		return header
	}
	floor := s.floorAt(p)
	has := func(is func(result.Record) bool) bool {
		return slices.ContainsFunc(s.Run.Records, func(r result.Record) bool { return placeOf(r) == p && is(r) })
	}
	if has(func(r result.Record) bool { return r.Ratio > 0 }) {
		header := "rate"
		if has(func(r result.Record) bool { return r.Metric == result.Response }) {
			header = "response"
		}
		columns = append(columns, column{named(header), func(row Row, at func(place) []result.Record) string {
			c := cellOf(at(p), floor)
			if row.Reference && c.Metric == result.Response {
				return Number(1)
			}
			return row.rate(c)
		}})
	}
	if has(func(r result.Record) bool { return r.Contender.CPU > 0 }) {
		columns = append(columns, column{named("us CPU"), func(row Row, at func(place) []result.Record) string {
			return row.cpu(cellOf(at(p), floor))
		}}, column{named("CPU/epoll"), func(_ Row, at func(place) []result.Record) string {
			return interval(cellOf(at(p), floor).Cost)
		}})
	}
	for _, name := range s.figureNames(p.experiment, false) {
		if has(func(r result.Record) bool { _, found := r.Figures[name]; return found }) {
			columns = append(columns, column{named(label(name)), func(_ Row, at func(place) []result.Record) string {
				return interval(figuresOf(at(p))[name])
			}})
		}
	}
	return columns
}

// stepsSheet is the table of a series: a line for each step.
func (s *Summary) stepsSheet(experiment string) Sheet {
	names := s.figureNames(experiment, true)
	t := Sheet{
		Name: experiment + "-steps", Title: Title(experiment) + ", step by step", Right: 2,
		About: "At each step of " + experiment + ", by what was offered, what was found.", Header: []string{"", "step"},
	}
	for _, name := range names {
		t.Header = append(t.Header, label(name))
	}
	for _, model := range s.subjects(experiment) {
		for i, step := range s.Steps(model, experiment) {
			line := []string{model, Number(step.At)}
			if i > 0 {
				line[0] = ""
			}
			for _, name := range names {
				line = append(line, interval(step.Figures[name]))
			}
			t.Rows = append(t.Rows, line)
		}
	}
	return t
}
