package merge

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strings"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/report"
	"c10klab/clients/internal/report/page"
)

//go:embed merged.html
var layout string

var merged = template.Must(template.New("merged").Parse(layout))

// shown is one claim in the page.
type shown struct {
	claims.Claim
	SVG      template.HTML
	Verdicts []verdict
	Reasons  []report.Note // why what is not decided is not
}

type verdict struct {
	Letter, Name string
	Verdict      claims.Verdict
}

// WriteHTML writes one page that loads nothing: the verdicts, a forest plot for each claim, what was not read.
func (m Merged) WriteHTML(out io.Writer) error {
	view := struct {
		Style    template.CSS
		Verdicts report.Sheet
		Legend   []report.Note
		Claims   []shown
		Notes    []report.Note
	}{template.CSS(page.Style()), m.verdicts(), m.Legend(), nil, m.Notes()}
	for _, c := range claims.All() {
		view.Claims = append(view.Claims, m.show(c))
	}
	var b bytes.Buffer // a page that fails halfway must not look like one
	if err := merged.Execute(&b, view); err != nil {
		return fmt.Errorf("making the page: %w", err)
	}
	if _, err := out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	return nil
}

func (m Merged) show(c claims.Claim) shown {
	s := shown{Claim: c, SVG: template.HTML(m.SVG(c))} // it escapes what it writes
	for _, machine := range m.Machines {
		s.Verdicts = append(s.Verdicts, verdict{machine.Letter, machine.Name, machine.Verdict(c.ID)})
		for _, r := range machine.Runs {
			e, _ := r.entry(c.ID)
			for _, f := range e.Findings {
				note := report.Note{Lead: r.Name + ": ", Words: f.Why}
				if f.Why != "" && !slices.Contains(s.Reasons, note) {
					s.Reasons = append(s.Reasons, note)
				}
			}
		}
	}
	return s
}

var (
	colour = regexp.MustCompile(`--([\w-]+):\s*(#[0-9a-fA-F]+)`)
	used   = regexp.MustCompile(`var\(--([\w-]+)\)`)
)

// Standalone makes a file of an SVG that is part of a page: with the page's light colours, since a file has no
// style sheet and many viewers know no variables, on paper of its own.
func Standalone(svg string) string {
	light, _, _ := strings.Cut(page.Style(), "@media")
	colours := map[string]string{}
	for _, m := range colour.FindAllStringSubmatch(light, -1) {
		colours[m[1]] = m[2]
	}
	svg = used.ReplaceAllStringFunc(svg, func(s string) string { return or(colours[used.FindStringSubmatch(s)[1]], "#000000") })
	head, body, _ := strings.Cut(svg, ">")
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		strings.Replace(head, "<svg ", `<svg xmlns="http://www.w3.org/2000/svg" font-family="Liberation Sans, Arial, sans-serif" `, 1) + ">\n" +
		`<rect width="100%" height="100%" fill="` + colours["paper"] + `"/>` + body
}

// File is one that a merge leaves.
type File struct {
	Name string
	Text []byte
}

// Files are the page and a forest plot for each claim.
func (m Merged) Files() ([]File, error) {
	var b bytes.Buffer
	if err := m.WriteHTML(&b); err != nil {
		return nil, err
	}
	files := []File{{"merged.html", b.Bytes()}}
	for _, c := range claims.All() {
		files = append(files, File{c.ID + ".svg", []byte(Standalone(m.SVG(c)))})
	}
	return files, nil
}
