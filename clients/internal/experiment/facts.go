package experiment

import (
	"context"
	"regexp"
	"time"

	"c10klab/clients/internal/kernelfacts"
	"c10klab/clients/internal/result"
)

// Facts: what the kernel itself says of select, poll and epoll, without any service.
var facts = Experiment{
	Name:   "facts",
	About:  "the kernel is asked: can a file be waited for, what does a select cost by its highest descriptor, what limits its sets",
	Metric: result.Figures,
	Cells:  []Cell{{Window: 200 * time.Millisecond, Load: "calls of select, poll and epoll in a process of their own"}},
	Bare:   askKernel,
}

// askKernel finds what kernelfacts.Ask tells, by the name of each fact. Figures of a series are by its step: select_128_ns is
// select_ns@128, by the highest descriptor, and nofile_512_highest is highest@512, by the limit of the process.
func askKernel(ctx context.Context, _ Machine, _ Cell) (map[string]Answer, error) {
	answers := map[string]Answer{}
	for _, f := range kernelfacts.Facts() {
		found, err := kernelfacts.Ask(ctx, f.Name)
		if err != nil {
			return answers, err
		}
		a := Answer{Figures: map[string]float64{}, Notes: found.Notes}
		for _, name := range explanations {
			delete(a.Notes, name)
		}
		for name, v := range found.Figures {
			a.Figures[stepped(name)] = v
		}
		answers[f.Name] = a
	}
	return answers, nil
}

// explanations say why, at length, and the same each time: they are no finding.
var explanations = []string{"walk", "file_max"}

var (
	byHighest = regexp.MustCompile(`^(select|poll)_(\d+)_ns$`)
	byLimit   = regexp.MustCompile(`^nofile_(\d+)_(\w+)$`)
)

// stepped is a figure's name with its step at the end.
func stepped(name string) string {
	return byLimit.ReplaceAllString(byHighest.ReplaceAllString(name, "${1}_ns@$2"), "$2@$1")
}
