package exercise

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

// alone is a run in which thread answers four times as many as epoll, and hybrid nobody.
func alone() Run {
	m := madeup.New("thread", "epoll", "hybrid")
	for model, rate := range map[string]float64{"thread": 400, "epoll": 100, "hybrid": 0} {
		for _, off := range []float64{0.9, 0.95, 1, 1, 1.05, 1.1} {
			m.Add(model, "wait", func(r *result.Record) {
				r.Twin, r.Figures = false, map[string]float64{"replies_per_s": rate * off}
			}, 1)
		}
	}
	return NewRun(m.Run)
}

// The interval of the one over the other is the widest that theirs allow.
func TestOwnBetween(t *testing.T) {
	r := alone()
	f := r.OwnBetween("thread", "epoll", "wait", "replies_per_s")
	assert.InDelta(t, 4, f.Median, 1e-9)
	assert.InDelta(t, 360.0/110, f.Low, 1e-9)
	assert.InDelta(t, 440.0/90, f.High, 1e-9)
	assert.Equal(t, 6, f.Rounds)
	assert.Equal(t, "yes", Yes(f, claims.AtLeast(3)).Choice)
	assert.Equal(t, "no", Yes(f, claims.AtLeast(6)).Choice)

	assert.Contains(t, r.OwnBetween("thread", "hybrid", "wait", "replies_per_s").Missing, "not above zero")
	for _, f := range []claims.Figure{
		r.OwnBetween("thread", "epoll", "wait", "nothing"), r.OwnBetween("greenlet", "epoll", "wait", "replies_per_s"),
		r.OwnBetween("thread", "greenlet", "wait", "replies_per_s"),
	} {
		assert.NotEmpty(t, f.Missing)
		assert.NotEmpty(t, Number(f).Undecided)
	}
}

// Cells that differ in their load alone are told apart by it.
func TestUnder(t *testing.T) {
	at := claims.At{Experiment: "busy", Connections: 48}
	m := madeup.New("hybrid", "epoll")
	for load, ratio := range map[string]float64{"alone": 1, "beside": 0.25} {
		m.Add("hybrid", "busy", func(r *result.Record) {
			r.Connections, r.Load = 48, load
		}, ratio, ratio, ratio, ratio, ratio, ratio)
		m.Add("epoll", "busy", func(r *result.Record) {
			r.Connections, r.Load = 48, load
		}, 0.99, 1, 1.01, 1, 1, 1)
	}
	r := NewRun(m.Run)
	for load, ratio := range map[string]float64{"alone": 1, "beside": 0.25} {
		f := r.Under(load).Against("hybrid", at, claims.Ratio)
		assert.Equal(t, []float64{ratio, ratio, ratio}, []float64{f.Low, f.Median, f.High}, load)
	}
	assert.NotEmpty(t, r.Under("nothing").Against("hybrid", at, claims.Ratio).Missing)
	assert.Equal(t, r.Claim("one-at-a-time"), r.Under("alone").Claim("one-at-a-time"), "claims are of the whole run")
}

// Two rounds make no interval, and are enough where a question's tolerance is far beyond what they differ by.
func TestFew(t *testing.T) {
	m := madeup.New("thread", "epoll")
	for _, rate := range []float64{9000, 9400} {
		m.Add("thread", "wait", func(r *result.Record) { r.Figures = map[string]float64{"replies_per_s": rate} }, 1)
	}
	r := NewRun(m.Run)
	assert.Contains(t, Number(r.Own("thread", "wait", "replies_per_s")).Undecided, "too few rounds")
	truth := Number(r.Few("thread", "wait", "replies_per_s"))
	assert.Equal(t, []float64{9000, 9200, 9400}, []float64{truth.Lo, truth.Mid, truth.Hi})
	assert.Equal(t, "yes", Yes(r.Few("thread", "wait", "replies_per_s"), claims.Above(1000)).Choice)
	assert.NotEmpty(t, Number(r.Few("epoll", "wait", "replies_per_s")).Undecided, "what was not measured stays unknown")
	six := alone()
	assert.Equal(t, six.Own("thread", "wait", "replies_per_s"), six.Few("thread", "wait", "replies_per_s"), "an interval stays what it is")
}
