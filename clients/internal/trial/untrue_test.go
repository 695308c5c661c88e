package trial

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// sitting is a meter's client whose service's threads wait in that system call.
func sitting(t *testing.T, call string) *control.Meter {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(protocol.Waits{Processes: 1, Threads: 1, Serving: map[string]int{call: 1}})
	}))
	t.Cleanup(s.Close)
	return control.New(s.URL)
}

func TestALyingLabelMarksTheSideThatLies(t *testing.T) {
	unit := func(name, call string) *Unit {
		return &Unit{Target: target.Target{Service: target.Service{Name: name, Model: name}}, Meter: sitting(t, call)}
	}
	model, known := models.Find("poll")
	require.True(t, known)
	trial := Trial{contender: unit("poll", "epoll_pwait"), reference: unit("epoll", "epoll_pwait"), model: model}
	var rec result.Record
	require.NoError(t, trial.waits(t.Context(), experiment.Cell{Connections: 1}, &rec))
	assert.Equal(t, result.Withheld, rec.Outcome)
	assert.Contains(t, rec.Contender.Untrue, "poll: it should wait in poll")
	assert.Equal(t, rec.Contender.Untrue, rec.Reason)
	assert.Empty(t, rec.Reference.Untrue)

	trial.reference = unit("epoll", "poll")
	rec = result.Record{}
	require.NoError(t, trial.waits(t.Context(), experiment.Cell{Connections: 1}, &rec))
	assert.NotEmpty(t, rec.Reference.Untrue)
	assert.Len(t, rec.Also, 1, "both lie, and both are told")
}

func TestASideThatDidNotDoTheWorkIsMarked(t *testing.T) {
	sides := func() *result.Record {
		return &result.Record{Contender: result.Side{Service: "thread", Requests: 1}, Reference: result.Side{Service: "epoll", Requests: 1}}
	}
	for name, c := range map[string]struct {
		spoil func(*result.Record)
		roll  gate.Roll
		want  string
	}{
		"nothing":     {func(*result.Record) {}, gate.Roll{Service: "thread", Kind: "idle", Clients: 9, Answered: 9}, ""},
		"wrong bytes": {func(r *result.Record) { r.Contender.Errors = engine.Errors{Mismatch: 2, First: "byte 7"} }, gate.Roll{}, "thread: 2 connections failed under load: byte 7"},
		"silence":     {func(r *result.Record) { r.Contender.Requests = 0 }, gate.Roll{}, "thread answered nothing in the window"},
		"idle lost":   {func(*result.Record) {}, gate.Roll{Service: "thread", Kind: "idle", Clients: 9, Answered: 8}, "thread answered 8 of 9 idle connections within 2s after the window"},
		"the other's": {func(*result.Record) {}, gate.Roll{Service: "epoll", Kind: "active", Clients: 9, Answered: 8}, ""},
	} {
		rec := sides()
		c.spoil(rec)
		reasons := (&Trial{}).replied(evidence{rolls: []gate.Roll{c.roll}}, rec)
		assert.Equal(t, c.want, rec.Contender.Untrue, name)
		if c.want != "" {
			assert.Contains(t, reasons, c.want, name)
		}
	}
}
