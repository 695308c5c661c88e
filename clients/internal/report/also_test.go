package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

func TestAllReasonsAreSaid(t *testing.T) {
	m := madeup.New("epoll", "thread")
	m.Add("thread", "throughput", func(r *result.Record) {
		r.Outcome, r.Reason = result.Withheld, "thread: stalled"
		r.Also = []string{"a backlog was full", "thread: unfair"}
	}, 1, 1)
	for name, words := range map[string]string{"terminal": printed(m), "Markdown": markdown(t, m)} {
		words = strings.Join(strings.Fields(words), " ")
		for _, want := range []string{"thread: withheld (2 times): stalled.", "thread: withheld (2 times), also: a backlog was full.", "thread: withheld (2 times), also: unfair."} {
			assert.Contains(t, words, want, name)
		}
	}
	line := find(t, read(t, m), "thread", "throughput", "0")
	assert.Equal(t, "thread: stalled", line["reason"])
	assert.Equal(t, "a backlog was full; thread: unfair", line["also"])
}
