package exercise

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
	"c10klab/docs/labs"
)

const questions = "1. **sure** (1 point, yes or no) Is it?\n" +
	"2. **which** (2 points, one of these) Which of them?\n   - `read`: the one\n   - `accept`: the other\n" +
	"3. **order** (3 points, in order) The least first.\n   - `thread`\n   - `epoll`\n   - `poll`\n" +
	"4. **slope** (4 points, ns, within a factor of 2) How many?\n"

// madeUp is an exercise about latency, of which a test says the results.
func madeUp(t *testing.T) Exercise {
	t.Helper()
	var b strings.Builder
	b.WriteString("# 7. A test\n")
	for _, h := range labs.Headings {
		b.WriteString("\n## " + h + "\n\nText.\n")
		if h == "Predict" {
			b.WriteString("\n" + questions)
		}
	}
	s, err := labs.Parse("07-a-test.md", b.String())
	require.NoError(t, err)
	at := claims.At{Experiment: "latency", Connections: 1}
	return Exercise{
		Sheet: s, Plan: Plan{Experiments: []string{"latency"}, Models: []string{"thread", "poll"}}, Learnt: "something",
		Questions: []Question{
			{ID: "sure", Hints: [3]string{"h1", "h2", "h3"}, Truth: func(r Run) Truth {
				return Yes(r.Against("thread", at, claims.Ratio), claims.AtLeast(1.25)).Because("it is so", "services/thread/main.go")
			}},
			{ID: "which", Truth: func(r Run) Truth { return r.WaitsIn("thread", at) }},
			{ID: "order", Truth: func(r Run) Truth { return r.OrderOf(at, claims.Ratio, "thread", "epoll", "poll") }},
			{ID: "slope", Truth: func(r Run) Truth { return Number(r.Against("poll", at, claims.Ratio)) }},
		},
	}
}

// run is one in which thread takes twice as long as epoll and waits in read, and poll takes as long as the ratios say.
func run(poll ...float64) result.Run {
	m := madeup.New("thread", "poll", "epoll")
	m.Add("epoll", "latency", nil, 0.99, 1.01, 1, 1.01, 0.99, 1, 1.01, 0.99, 1, 1.01, 0.99, 1)
	m.Add("thread", "latency", func(r *result.Record) { r.Contender.Waits.Serving = map[string]int{"recvfrom": 1} }, 2, 2.1, 1.9, 2, 2, 2)
	m.Add("poll", "latency", nil, poll...)
	m.Manifest.Plan.Experiments = []string{"latency"}
	return m.Run
}

const right = "exercise: 7\nwho: Ada\nsure: yes\nwhich: read\norder: [epoll, poll, thread]\nslope: 1.5\n"

func answers(t *testing.T, e Exercise, text string) Answers {
	t.Helper()
	a, err := ParseAnswers([]byte(text), e.Sheet)
	require.NoError(t, err)
	return a
}
