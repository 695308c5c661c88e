package page

import (
	"c10klab/clients/internal/report"
	"c10klab/clients/internal/report/plots"
)

// cliffs is where each model stops, and with which errno.
func cliffs(s report.Summary) (figure, error) {
	f := figure{ID: "cliffs", Title: "Where each model stops", none: "no experiment went to a limit"}
	stops, known := s.Stops()
	if !known {
		return f, nil
	}
	f.Table = data{Label: f.Title, Header: []string{"model", "stops at", "errno", "measured with"}}
	var lines []plots.Line
	for _, stop := range stops {
		line := plots.Line{Name: stop.Model, Ink: plots.InkOf(stop.Model), Median: float64(stop.At), Value: report.Thousands(stop.At)}
		row := []string{stop.Model, line.Value, stop.Errno, report.Thousands(stop.Reached)}
		if stop.Errno != "" {
			line.Value += " " + stop.Errno
		}
		if stop.At == 0 {
			line.Median, line.Hollow, line.Value, row[1] = float64(stop.Reached), true, "over "+report.Thousands(stop.Reached), "-"
		}
		lines = append(lines, line)
		f.Table.Rows = append(f.Table.Rows, row)
	}
	f.Pictures = pictures(plots.Stops{Label: f.Title, Axis: "clients connected and answered", Lines: lines}.SVG())
	f.Caption = []string{
		"Clients were added until the next one was not served. A wall is the end, with the errno that the server met; an arrow is as far as this run went, with no end in sight. The axis is logarithmic.",
	}
	return f, nil
}
