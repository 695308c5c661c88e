package page

import (
	"fmt"
	"html/template"
	"strings"

	"c10klab/clients/internal/report"
)

// figure is one plot, or some that belong together, with what there is to say.
type figure struct {
	ID       string
	Title    string
	Pictures []picture
	Caption  []string // sentences
	Table    data     // what is drawn
	none     string   // what the run lacks; then there are no pictures
}

type picture struct {
	Title string // empty: the figure's will do
	SVG   template.HTML
	Keys  []key // of what a name can't stand beside
}

type key struct {
	SVG  template.HTML
	Name string
}

// figures are all plots of a run, and the titles of those that it has no figures for.
func figures(s report.Summary) (drawn []figure, without []string, err error) {
	draws := []func(report.Summary) (figure, error){rate, cost, response, thousand, herd, herdCost, slopes, memory, scale, cliffs}
	draws = append(draws, tails(s)...)
	draws = append(draws, series(s)...)
	draws = append(draws, others(s)...)
	for _, draw := range draws {
		f, err := draw(s)
		switch {
		case err != nil:
			return nil, nil, err
		case len(f.Pictures) == 0:
			without = append(without, fmt.Sprintf("%s (%s)", f.Title, f.none))
		default:
			drawn = append(drawn, f)
		}
	}
	return drawn, without, nil
}

// noise says what a difference below the floor means.
func noise(f report.Floor) string {
	if !f.Known {
		return "This run does not know its noise, so nothing here is ranked."
	}
	return fmt.Sprintf("The grey band is this run's noise, %.1f %%: what lies inside it, or has an interval that reaches 1, can't be told from a second epoll, "+
		"and is drawn hollow. It is a tie, whatever its order.", 100*f.Value)
}

// drawing is one SVG; the plots' package escapes what it writes into it.
func drawing(svg string) template.HTML { return template.HTML(svg) }

func pictures(svg string) []picture { return []picture{{SVG: drawing(svg)}} }

// listed joins words as a sentence does.
func listed(words []string) string { return strings.Join(words, "; ") }
