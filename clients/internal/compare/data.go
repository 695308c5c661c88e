package compare

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// row is a line for programs.
type row struct {
	Model   string  `json:"model"`
	Of      string  `json:"yardstick_of,omitempty"`
	Metric  string  `json:"metric"`
	Better  string  `json:"better"` // "more" or "less"
	A       *median `json:"a,omitempty"`
	B       *median `json:"b,omitempty"`
	Change  *median `json:"change,omitempty"`
	Noise   *number `json:"noise,omitempty"`
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why,omitempty"`
}

type median struct {
	Median   number `json:"median"`
	Low      number `json:"low"`
	High     number `json:"high"`
	Rounds   int    `json:"rounds"`
	Coverage number `json:"interval_coverage"`
}

// number has six digits: more than any of them deserves.
type number float64

func (n number) String() string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(float64(n), 'g', 6, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// MarshalJSON writes it so.
func (n number) MarshalJSON() ([]byte, error) { return []byte(n.String()), nil }

func (l Line) row() row {
	r := row{
		Model: l.Model, Of: l.Of, Metric: l.Metric.ID, Better: l.Metric.direction(), Verdict: l.Verdict, Why: l.Why,
		A: known(l.A), B: known(l.B), Change: known(l.Change),
	}
	if !math.IsNaN(l.Noise) {
		noise := number(l.Noise)
		r.Noise = &noise
	}
	return r
}

func known(e stats.Estimate) *median {
	if e.Rounds == 0 || math.IsNaN(e.Low) || math.IsInf(e.High, 0) {
		return nil
	}
	return &median{number(e.Median), number(e.Low), number(e.High), e.Rounds, number(e.Coverage)}
}

// WriteJSON prints all of it as one object.
func (c Comparison) WriteJSON(out io.Writer) error {
	type side struct {
		Path    string   `json:"path"`
		Started string   `json:"started"`
		Notread []string `json:"not_read,omitempty"`
	}
	of := func(run result.Run) side {
		return side{run.Path, run.Manifest.Started.UTC().Format("2006-01-02T15:04:05Z"), run.Problems}
	}
	rows := []row{}
	for _, l := range c.Lines {
		rows = append(rows, l.row())
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		A           side         `json:"a"`
		B           side         `json:"b"`
		Figures     []row        `json:"figures"`
		Differences []Difference `json:"differences,omitempty"`
		Shared      []string     `json:"shared,omitempty"`
		Void        []string     `json:"void,omitempty"`
	}{of(c.A), of(c.B), rows, c.Differences, c.Shared, c.Void})
}

// WriteCSV prints a line for each figure; what is not known is empty.
func (c Comparison) WriteCSV(out io.Writer) error {
	lines := [][]string{{
		"model", "metric", "better", "a_median", "a_low", "a_high", "a_rounds", "b_median", "b_low", "b_high", "b_rounds",
		"change_median", "change_low", "change_high", "noise", "verdict", "why", "yardstick_of",
	}}
	for _, l := range c.Lines {
		r := l.row()
		fields := append([]string{r.Model, r.Metric, r.Better}, r.A.fields(true)...)
		fields = append(append(fields, r.B.fields(true)...), r.Change.fields(false)...)
		noise := ""
		if r.Noise != nil {
			noise = r.Noise.String()
		}
		lines = append(lines, append(fields, noise, string(r.Verdict), r.Why, r.Of))
	}
	w := csv.NewWriter(out)
	if err := w.WriteAll(lines); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

func (m *median) fields(rounds bool) []string {
	fields := make([]string, 3, 4)
	if m != nil {
		fields = []string{m.Median.String(), m.Low.String(), m.High.String()}
	}
	switch {
	case rounds && m != nil:
		fields = append(fields, strconv.Itoa(m.Rounds))
	case rounds:
		fields = append(fields, "")
	}
	return fields
}
