package experiment

import (
	"bufio"
	"context"
	"io"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dealer deals its clients out to loops of these sizes, in the order in which they come. Everybody is asked once in each turn; in
// turn k one of loop k is asked for the long computation, and loop k answers the others only after that.
type dealer struct {
	sizes    []int
	mu       sync.Mutex
	came     int
	answered []sync.WaitGroup // of those of later loops, in turn k
	computed []chan struct{}  // closed when loop k's long one is
}

func newDealer(sizes ...int) *dealer {
	d := &dealer{sizes: sizes, answered: make([]sync.WaitGroup, len(sizes))}
	for k := range sizes {
		d.computed = append(d.computed, make(chan struct{}))
		for _, later := range sizes[k+1:] {
			d.answered[k].Add(later)
		}
	}
	return d
}

var longDigest = sync.OnceValue(func() string { return digest(stall) })

func (d *dealer) loop() (k int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.came
	d.came++
	for k = 0; n >= d.sizes[k]; k++ {
		n -= d.sizes[k]
	}
	return k
}

func (d *dealer) serve(c net.Conn) {
	own := d.loop()
	lines := bufio.NewScanner(c)
	for turn := -1; lines.Scan(); turn++ { // in the turn before the first they come
		if n, _ := strconv.Atoi(lines.Text()); n > 1 {
			begun := time.Now()
			d.answered[own].Wait()
			time.Sleep(5*time.Since(begun) + 100*time.Millisecond)
			_, _ = io.WriteString(c, longDigest())
			close(d.computed[own])
			continue
		}
		if turn == own {
			<-d.computed[own]
		}
		_, _ = io.WriteString(c, digest(1))
		if 0 <= turn && turn < own {
			d.answered[turn].Done()
		}
	}
}

func TestLoopsAreToldApart(t *testing.T) {
	t.Parallel()
	// Clients come 8 at a time, so which loop comes next is certain.
	sizes, unclear, err := loopsOf(context.Background(), serving(t, "multireactor", newDealer(30, 20, 10).serve).addr, 60)
	require.NoError(t, err)
	assert.Empty(t, unclear)
	assert.Equal(t, []int{30, 20, 10}, sizes)
}

func TestOneLoopHasAll(t *testing.T) {
	t.Parallel()
	sizes, unclear, err := loopsOf(context.Background(), serving(t, "multireactor", newDealer(9).serve).addr, 9)
	require.NoError(t, err)
	assert.Empty(t, unclear)
	assert.Equal(t, []int{9}, sizes)
}

func answeredAt(times ...time.Duration) *throng {
	th := &throng{}
	for _, at := range times {
		th.guests = append(th.guests, guest{asked: time.Millisecond, answered: at + time.Millisecond})
	}
	return th
}

func TestWhoWaitedIsDividedFromWhoDidNot(t *testing.T) {
	const took = 100 * time.Millisecond
	th := answeredAt(took, took+time.Millisecond, 3*time.Millisecond, 96*time.Millisecond, 60*time.Millisecond)
	same, others, unclear := th.divide([]int{0, 1, 2, 3, 4})
	assert.Equal(t, []int{0, 1, 3}, same)
	assert.Equal(t, []int{2, 4}, others)
	assert.Empty(t, unclear)

	_, _, unclear = answeredAt(took, 80*time.Millisecond).divide([]int{0, 1})
	assert.Contains(t, unclear, "a loop computed for 100ms, and client 2 was answered after 80ms")
	th.guests[2].answered = 0
	_, _, unclear = th.divide([]int{0, 2})
	assert.Equal(t, "client 3 was not answered within 5s", unclear)
}

func TestSpreadOfAModelWithoutLoops(t *testing.T) {
	s := serving(t, "epoll", work)
	for _, ask := range []Ask{askSpread, askTail} {
		a, err := ask(context.Background(), s, Cell{Connections: 4, Visits: 1, Window: time.Second})
		require.NoError(t, err)
		assert.Equal(t, "epoll has no loops to deal clients out to", a.Bound)
	}
	assert.Empty(t, s.args)
}

func TestSpreadAsksBothWaysToListen(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	first, n := newDealer(24, 16), 0
	second := newDealer(20, 20)
	s := serving(t, "multireactor", func(c net.Conn) {
		mu.Lock()
		n++
		d := first
		if n > 40 {
			d = second
		}
		mu.Unlock()
		d.serve(c)
	})
	a, err := askSpread(context.Background(), s, Cell{Connections: 40})
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"-workers=4", "-listen=shared"}, {"-workers=4", "-listen=reuseport"}}, s.args)
	assert.Equal(t, map[string]float64{
		"shared_loops": 2, "shared_busiest_ratio": 2.4, "shared_clients@1": 24, "shared_clients@2": 16,
		"reuseport_loops": 2, "reuseport_busiest_ratio": 2, "reuseport_clients@1": 20, "reuseport_clients@2": 20,
	}, a.Figures)
}

func TestTailNeedsFourCPUs(t *testing.T) {
	a, err := askTail(context.Background(), &onCPUs{asked: serving(t, "multireactor", work), have: 3}, tail.Cells[0])
	require.NoError(t, err)
	assert.Contains(t, a.Refused, "fewer than 4 CPUs here")

	s := &onCPUs{asked: serving(t, "multireactor", work), have: 4}
	a, err = askTail(context.Background(), s, Cell{Visits: 1, Window: 20 * time.Millisecond})
	require.NoError(t, err)
	assert.Contains(t, a.Withheld, "too few for a 99th percentile")
	assert.Equal(t, []string{"4 [-workers=4 -listen=shared]"}, s.begun)
}
