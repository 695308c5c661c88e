package experiment

import (
	"bytes"
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/control"
)

// read is a service whose meter shows what it is told to.
type read struct {
	*asked
	reading func() control.Reading
}

func (s read) Read(context.Context) (control.Reading, error) { return s.reading(), nil }

// ticking is a meter of a service that uses 2 ms of CPU and goes to sleep 30 times in each second.
func ticking() func() control.Reading {
	seconds := 0.
	return func() control.Reading {
		seconds++
		return control.Reading{Clock: seconds, CPU: 0.002 * seconds, Voluntary: 30 * seconds, Descriptors: 7}
	}
}

var briefly = Cell{Window: 8 * time.Millisecond}

func TestIntervalAsksWithEachTimeout(t *testing.T) {
	for name, flag := range map[string]string{"select": "idle", "events": "poll"} {
		s := read{serving(t, name, echo), ticking()}
		a, err := askInterval(context.Background(), s, briefly)
		require.NoError(t, err, name)
		assert.Equal(t, [][]string{{"-" + flag + "=1s"}, {"-" + flag + "=4s"}}, s.args, "a process for each, after the one that there is")
		assert.Equal(t, flag, a.Notes["timeout_by"])
		for _, step := range []string{"", "@1000", "@4000"} {
			low, median, high := a.Figures["reply_low_us"+step], a.Figures["reply_us"+step], a.Figures["reply_high_us"+step]
			assert.Positive(t, low, name+step)
			assert.GreaterOrEqual(t, median, low, name+step)
			assert.GreaterOrEqual(t, high, median, name+step)
		}
		assert.InDelta(t, 2, a.Figures["idle_cpu_ms_per_s"], 1e-9)
		assert.InDelta(t, 30, a.Figures["idle_switches_per_s"], 1e-9)
	}
}

func TestIntervalOfAStillClockIsWithheld(t *testing.T) {
	s := read{serving(t, "select", echo), func() control.Reading { return control.Reading{Clock: 5} }}
	a, err := askInterval(context.Background(), s, briefly)
	require.NoError(t, err)
	assert.Equal(t, "the meter's clock did not move", a.Withheld)
}

func TestIntervalOfAServerThatAnswersWrongly(t *testing.T) {
	s := read{serving(t, "select", func(c net.Conn) { _, _ = c.Write(bytes.ToUpper(question)) }), ticking()}
	_, err := askInterval(context.Background(), s, briefly)
	assert.ErrorContains(t, err, "no right reply within 5s")
}

func TestDescriptorsThatAreLeft(t *testing.T) {
	var clients atomic.Int64
	count := func(c net.Conn) { clients.Add(1); echo(c) }
	for left, keeps := range map[float64]int64{0: 0, guests: 1} {
		clients.Store(0)
		s := serving(t, "process", count)
		reading := func() control.Reading {
			return control.Reading{Descriptors: float64(10 + keeps*(clients.Load()-1))}
		}
		a, err := askDescriptors(context.Background(), read{s, reading}, descriptors.Cells[0])
		require.NoError(t, err)
		assert.EqualValues(t, guests+1, clients.Load(), "one before the first look")
		assert.InDelta(t, left, a.Figures["descriptors_left"], 0)
		assert.InDelta(t, 10, a.Figures["descriptors_before"], 0)
		assert.InDelta(t, 10+left, a.Figures["descriptors_after"], 0)
	}
}

func TestDescriptorsThatTheMeterCannotCount(t *testing.T) {
	s := read{serving(t, "thread", echo), func() control.Reading { return control.Reading{} }}
	a, err := askDescriptors(context.Background(), s, descriptors.Cells[0])
	require.NoError(t, err)
	assert.Contains(t, a.Withheld, "can't count")
}

func TestDescriptorsOfAServerThatHangsUp(t *testing.T) {
	s := read{serving(t, "thread", func(net.Conn) {}), ticking()}
	_, err := askDescriptors(context.Background(), s, descriptors.Cells[0])
	assert.ErrorContains(t, err, "client 1 of 1 that come and go")
}
