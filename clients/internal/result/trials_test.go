package result

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTrials(t *testing.T) {
	r := func(trial, idle int, outcome Outcome) Record {
		return Record{Model: "poll", Experiment: "herd", Trial: trial, Idle: idle, Outcome: outcome}
	}
	other := r(7, 0, OK)
	other.Model = "epoll"
	run := Run{Records: []Record{r(7, 100, OK), r(7, 0, OK), r(3, 0, OK), r(3, 100, Withheld), other}}
	assert.Equal(t, [][]Record{{r(7, 0, OK), r(7, 100, OK)}, {r(3, 0, OK)}}, run.Trials("poll", "herd", OK))
	assert.Equal(t, []Record{r(3, 0, OK), r(3, 100, Withheld)}, run.Trials("poll", "herd", OK, Withheld)[1])
	assert.Empty(t, run.Trials("poll", "memory", OK))
}
