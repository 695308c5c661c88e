package timeline

import (
	"fmt"
	"html"
	"strings"
	"time"

	"c10klab/clients/internal/conformance"
)

// drawing is a picture that grows.
type drawing struct {
	strings.Builder
	scale  scale
	height int
}

// style has two sets of colours; every shape has a label as well, so that none of them is needed to understand it.
const style = `<style>
:root{--paper:#fff;--ink:#1b1f24;--faint:#6b7280;--line:#c9ced6;--out:#1d6fb8;--in:#2e7d32;--wait:#f2dfb4;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e8eaed;--faint:#9aa3ae;--line:#434a54;--out:#7ab8f5;--in:#7fcf86;--wait:#574a26;--bad:#ff8a80}}
text{font:12px system-ui,sans-serif;fill:var(--ink)}
.small{font:10px ui-monospace,monospace}.faint{fill:var(--faint)}.title{font-weight:600}.bad{fill:var(--bad)}
</style>
`

func (d *drawing) head(server string, r conformance.Result, rows []connection, hidden int) {
	title := fmt.Sprintf("%s failed %s: %s", server, r.Case, r.Title)
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="title desc">`+"\n",
		width, d.height, width, d.height)
	fmt.Fprintf(d, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n%s", escape(title), escape(summary(r, rows)), style)
	fmt.Fprintf(d, `<rect width="%d" height="%d" fill="var(--paper)"/>`+"\n", width, d.height)
	d.text(12, 20, "title", cut(server+" failed "+r.Case, 100))
	about := r.Title
	if hidden > 0 {
		about += fmt.Sprintf(" (%d more connections are not drawn)", hidden)
	}
	d.text(12, 38, "faint", cut(about, 120))
}

// row draws one connection: its life as a line, waiting as a pale bar under it, what was sent above and what came below.
func (d *drawing) row(i int, c connection) {
	y := top + i*row
	first, last := c.events[0], c.events[len(c.events)-1]
	d.text(12, y+24, "", fmt.Sprintf("client %d", c.client))
	d.line(d.scale.place(first.From), d.scale.place(last.Until), y+20, "line", 1)
	above, below := 0.0, 0.0 // where the last label ends
	for _, e := range c.events {
		from, until := d.scale.place(e.From), d.scale.place(e.Until)
		switch e.Kind {
		case conformance.Waiting, conformance.Silence:
			d.bar(from, until, y+15, 10, "wait")
			d.label(&below, from, y+37, "bad", words(e))
		case conformance.Received, conformance.Ended:
			d.bar(from, until, y+15, 10, "wait")
			d.bar(until-1, until+1, y+14, 12, "in")
			d.label(&below, max(from, until-40), y+37, "", words(e))
		case conformance.Broken, conformance.Reset, conformance.Left:
			d.bar(until-1, until+1, y+12, 16, "bad")
			d.label(&below, until, y+37, "bad", words(e))
		case conformance.Sent, conformance.HalfClosed, conformance.Connected:
			d.bar(from, max(until, from+2), y+17, 6, "out")
			if e.Kind != conformance.Connected || e.Until-e.From > 100*time.Millisecond { // else it says nothing, and takes room
				d.label(&above, from, y+10, "", words(e))
			}
		}
	}
}

// beside draws what no client did, such as SIGTERM, above the rows.
func (d *drawing) beside(r conformance.Result) {
	taken := 0.0
	for _, e := range r.Recording.Events {
		if e.Client == 0 {
			x := d.scale.place(e.Until)
			fmt.Fprintf(d, `<path d="M%.1f %dV%d" stroke="var(--faint)" stroke-dasharray="1 3"/>`, x, top-8, d.height-footer)
			d.label(&taken, x, top-10, "", words(e))
		}
	}
}

// foot draws the axis and the failure.
func (d *drawing) foot(r conformance.Result) {
	y := d.height - footer + 6
	end := d.scale.place(r.Recording.Took)
	d.line(d.scale.x[0], end, y, "ink", 1)
	taken := 0.0
	for i, t := range d.scale.at {
		if x := d.scale.x[i]; x >= taken && (x < end-120 || i == len(d.scale.at)-1) {
			fmt.Fprintf(d, `<path d="M%.1f %dv4" stroke="var(--ink)"/>`, x, y)
			words := fmt.Sprintf("%.4g ms", t.Seconds()*1000)
			d.text(min(x, width-70), y+15, "small", words)
			taken = x + float64(letter*(len(words)+2))
		}
	}
	fmt.Fprintf(d, `<path d="M%.1f %dV%d" stroke="var(--bad)" stroke-dasharray="3 3"/>`+"\n", end, top-8, y)
	notes := "blue: sent; green: received; pale: waits for the server; red line: the case fails; gaps in time by their logarithm"
	d.text(12, y+32, "small faint", notes)
	if r.Failure != nil {
		d.text(12, y+48, "small", cut("the server's threads waited in: "+r.Failure.Waits, 118))
	}
	d.WriteString("</svg>\n")
}

// label writes words where they hide no earlier ones; those that would are left out. taken is where the last ones end.
func (d *drawing) label(taken *float64, x float64, y int, class, words string) {
	words = cut(words, 46)
	wide := float64(letter * len([]rune(words)))
	x = min(x, right-wide)
	if near := *taken - x; near > 0 && near < 8*letter && *taken+wide < right {
		x = *taken
	}
	if x < *taken {
		return
	}
	d.text(x, y, strings.TrimSpace("small "+class), words)
	*taken = x + wide + letter
}

func (d *drawing) text(x float64, y int, class, words string) {
	fmt.Fprintf(d, `<text x="%.1f" y="%d" class="%s">%s</text>`+"\n", x, y, class, escape(words))
}

func (d *drawing) bar(from, until float64, y, height int, colour string) {
	fmt.Fprintf(d, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="var(--%s)"/>`, from, y, max(until-from, 1), height, colour)
}

func (d *drawing) line(from, until float64, y int, colour string, thick int) {
	fmt.Fprintf(d, `<path d="M%.1f %dH%.1f" stroke="var(--%s)" stroke-width="%d"/>`+"\n", from, y, until, colour, thick)
}

// escape makes words safe in the picture; what was sent is escaped already, and may hold any letter.
func escape(words string) string { return html.EscapeString(strings.ToValidUTF8(words, "?")) }

// cut bounds words to so many letters.
func cut(words string, most int) string {
	if r := []rune(words); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return words
}
