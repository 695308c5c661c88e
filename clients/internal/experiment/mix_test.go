package experiment

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"c10klab/clients/internal/engine"
	"c10klab/services/protocol"
)

func TestParseMix(t *testing.T) {
	m, err := ParseMix("conns=5000,active=2%,bytes=1024,work=200,wait=20ms,cpus=1")
	require.NoError(t, err)
	assert.Equal(t, Mix{Connections: 5000, Active: 100, Bytes: 1024, Work: 200, Wait: 20 * time.Millisecond, CPUs: 1}, m)
	assert.Equal(t, []protocol.App{protocol.Echo, protocol.Work, protocol.Wait}, m.Kinds())

	m, err = ParseMix("conns=10")
	require.NoError(t, err)
	assert.Equal(t, Mix{Connections: 10, Active: 10, Bytes: 64, Wait: -1}, m, "64 bytes of echo, all active")
	m, err = ParseMix("active=3, wait=0s")
	require.NoError(t, err)
	assert.Equal(t, Mix{Connections: 64, Active: 3}, m, "echo is not asked for where something else is")
}

func TestMixThatCannotBe(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "is no name=value",
		"conns":                    "is no name=value",
		"conns=0":                  "from 1 to 20000",
		"conns=20001":              "from 1 to 20000",
		"conns=x":                  "from 1 to 20000",
		"active=0%":                "above 0 and at most 100",
		"active=101%":              "above 0 and at most 100",
		"active=NaN%":              "above 0 and at most 100",
		"conns=10,active=11":       "from 1 to 10",
		"bytes=0":                  "from 1 to 65536",
		"work=1000001":             "from 1 to 1000000",
		"wait=11s":                 "up to 10s",
		"wait=1500us":              "whole milliseconds",
		"colour=red":               "there are conns, active, bytes, work, wait, cpus",
		"active=1,bytes=1,work=10": "each kind needs one",
	} {
		_, err := ParseMix(text)
		assert.ErrorContains(t, err, want, text)
	}
}

func TestMixIsReadAsItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Mix{Connections: rapid.IntRange(3, maxMixed).Draw(t, "conns"), Wait: -1}
		m.Active = rapid.IntRange(3, m.Connections).Draw(t, "active")
		m.Bytes = rapid.IntRange(0, maxBytes).Draw(t, "bytes")
		m.Work = rapid.IntRange(0, protocol.MaxWork).Draw(t, "work")
		if rapid.Bool().Draw(t, "waits") || m.Bytes+m.Work == 0 {
			m.Wait = time.Duration(rapid.IntRange(0, protocol.MaxWait).Draw(t, "wait")) * time.Millisecond
		}
		m.CPUs = rapid.IntRange(0, 64).Draw(t, "cpus")
		read, err := ParseMix(m.String())
		require.NoError(t, err)
		assert.Equal(t, m, read)
	})
}

// made are engines as a trial has them.
type made struct{ t *testing.T }

func (m made) Engine(_ string, options engine.Options) (*engine.Engine, error) {
	options.CPU = -1
	e, err := engine.New(options)
	if err == nil {
		m.t.Cleanup(e.Close)
	}
	return e, err
}

// answering is a server that gives each line, or each piece of echo, what answer makes of it.
func answering(t *testing.T, answer func(string) string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 64<<10)
				for {
					n, err := c.Read(buf)
					if err != nil {
						return
					}
					fmt.Fprint(c, answer(string(buf[:n])))
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestMixAsksEachKindAlike(t *testing.T) {
	echo := answering(t, func(s string) string { return s })
	waits := answering(t, func(s string) string { return strings.Repeat("waited 1\n", strings.Count(s, "\n")) })
	side := func(app protocol.App) string {
		if app == protocol.Wait {
			return waits
		}
		return echo
	}
	m, err := ParseMix("conns=6,bytes=100,wait=1ms")
	require.NoError(t, err)
	e := m.Experiment()
	assert.Equal(t, []protocol.App{protocol.Echo, protocol.Wait}, e.Serves())
	c := e.Cells[0]
	c.Window = 1500 * time.Millisecond // on a busy machine, too, each kind has replies in it
	var sides [2]Conns
	for i := range sides {
		sides[i], err = e.Open(context.Background(), made{t}, side, c)
		require.NoError(t, err)
		defer sides[i].Close()
		n, err := sides[i].Check(context.Background(), 5*time.Second)
		require.NoError(t, err)
		assert.Equal(t, 6, n)
	}
	p, err := e.Load(context.Background(), nil, Sides{Contender: sides[0], Reference: sides[1]}, c)
	require.NoError(t, err)
	assert.Positive(t, p.Ratio)
	assert.Equal(t, 6, p.Contender.Answering)
	assert.Zero(t, p.Contender.Errors.Total(), p.Contender.Errors.First)
	assert.EqualValues(t, p.Contender.Requests, p.Contender.Latency.TotalCount())
	for _, part := range sides[0].(*mixed).parts {
		assert.Positive(t, part.sum, "%s", part.app)
	}
}

func TestSilentKindHasNoRatio(t *testing.T) {
	whole, silent := &mixed{parts: []*part{{sum: 100, time: 1}, {sum: 10, time: 1}}}, &mixed{parts: []*part{{sum: 50, time: 1}, {}}}
	assert.Zero(t, ratioOfKinds(whole, silent))
	half := &mixed{parts: []*part{{sum: 50, time: 1}, {sum: 20, time: 1}}}
	assert.InDelta(t, 1, ratioOfKinds(whole, half), 1e-9, "twice in one kind and half in the other")
}
