package comparison

import (
	"context"
	"io"
	"net"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// newWay is a fake of the reference that is reached on that way, and speaks echo alone.
func newWay(t *testing.T, way string) *fake {
	f := newFake(t, "epoll-"+way, "epoll-"+way)
	f.service.Path, f.service.Speaks = way, []string{"echo"}
	return f
}

// behindProxy has the lab reach a service by a process that takes its connections, whether it listens or not, and carries the bytes.
func (s *stand) behindProxy(t *testing.T, f *fake) {
	proxy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = proxy.Close() })
	behind := net.JoinHostPort("127.0.0.1", strconv.Itoa(f.Port)) // it stays the same in each process
	go func() {
		for {
			c, err := proxy.Accept()
			if err != nil {
				return
			}
			go carry(c.(*net.TCPConn), behind)
		}
	}()
	for i := range s.config.Targets {
		if s.config.Targets[i].Name == f.service.Name {
			s.config.Targets[i].Ports = protocol.Ports{"echo": proxy.Addr().(*net.TCPAddr).Port}
		}
	}
}

func carry(client *net.TCPConn, address string) {
	defer client.Close()
	to, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer to.Close()
	go func() {
		_, _ = io.Copy(to, client)
		_ = to.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(client, to)
}

func TestWaysAreVerifiedAndMeasuredBesideTheBridge(t *testing.T) {
	host, published := newWay(t, target.Host), newWay(t, target.Published)
	s := newStand(t, host, published)
	s.behindProxy(t, published)
	s.config.Plan.Rounds, s.config.Plan.Experiments = 1, []string{"latency", "hop"}
	require.NoError(t, Run(context.Background(), s.config), s.out)
	run := s.left(t)
	for _, name := range []string{"epoll-host", "epoll-published"} {
		records := of(run, name, "hop")
		require.Len(t, records, 2, name)
		assert.Equal(t, []result.Metric{result.Response, result.Rate}, []result.Metric{records[0].Metric, records[1].Metric})
		assert.Equal(t, []int{1, 64}, []int{records[0].Connections, records[1].Connections})
		for _, r := range records {
			assert.Equal(t, result.OK, r.Outcome, r.Reason)
			assert.Equal(t, "epoll", r.Reference.Service)
			assert.Equal(t, name, r.Contender.Service)
			assert.False(t, r.Twin)
		}
		assert.Empty(t, of(run, name, "latency"), "it is no model")
		assert.Contains(t, s.out.String(), "verified "+name)
	}
	bridge := of(run, "epoll", "hop")
	require.Len(t, bridge, 2)
	assert.True(t, bridge[0].Twin, "the bridge is the reference beside its twin")
	assert.Contains(t, s.out.String(), "One and the same epoll", "the run ends with their table")
}

// A published port that the kernel forwards is not what the label says.
func TestPublishedPortWithoutAProxyIsNotMeasured(t *testing.T) {
	published := newWay(t, target.Published)
	s := newStand(t, published)
	s.config.Plan.Rounds, s.config.Plan.Experiments = 1, []string{"hop", "latency"}
	require.NoError(t, Run(context.Background(), s.config), s.out)
	assert.Contains(t, s.out.String(), "epoll-published is unsupported here: no proxy carries the published port")
	run := s.left(t)
	assert.Empty(t, of(run, "epoll-published", "hop"))
	i := len(run.Manifest.Services) - 1
	assert.Contains(t, run.Manifest.Services[i].Unsupported, "no proxy")
	published.mu.Lock()
	defer published.mu.Unlock()
	assert.Equal(t, protocol.Serving, published.state, "it is given back all the same")
}

func TestWithoutWaysHopSaysSoAndTheRunGoesOn(t *testing.T) {
	s := newStand(t)
	s.config.Plan.Rounds, s.config.Plan.Experiments = 1, []string{"hop", "latency"}
	require.NoError(t, Run(context.Background(), s.config), s.out)
	assert.Contains(t, s.out.String(), "hop is unsupported here: no way to epoll is up but the one that is measured on; others need Docker: HOP=1 make up")
	run := s.left(t)
	assert.NotEmpty(t, of(run, "thread", "latency"))
	assert.True(t, run.Manifest.Complete)
}

func TestHopAloneWithoutWaysIsNoRun(t *testing.T) {
	s := newStand(t)
	s.config.Plan.Experiments = []string{"hop"}
	err := Run(context.Background(), s.config)
	assert.ErrorContains(t, err, "hop is unsupported here: ")
	assert.ErrorContains(t, err, "nothing else was asked for")
}
