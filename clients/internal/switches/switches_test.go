package switches

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/clients/internal/pin"
)

func TestMain(m *testing.M) {
	ChildMain()
	_ = os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0") // a child built with -race would sleep for a second before it ends
	os.Exit(m.Run())
}

const short = 20 * time.Millisecond

// someCPU is the last that the tests may use.
func someCPU(t *testing.T) int {
	t.Helper()
	allowed, err := pin.Allowed()
	require.NoError(t, err)
	return allowed[len(allowed)-1]
}

// tidy makes sure, at the test's end, that nothing is left of the children.
func tidy(t *testing.T) {
	t.Helper()
	_, _ = Measure(context.Background(), "process", someCPU(t), time.Millisecond) // the runtime opens what it keeps
	descriptors, cpus := open(t), affinities(t)
	t.Cleanup(func() {
		_, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		assert.ErrorIs(t, err, unix.ECHILD, "a process is left")
		assert.Equal(t, descriptors, open(t), "a descriptor is left")
		assert.Equal(t, cpus, affinities(t), "a thread is left pinned")
	})
}

func open(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(list)
}

// affinities are those that this process's threads have: one, for all of them.
func affinities(t *testing.T) map[string]bool {
	found := map[string]bool{}
	files, err := filepath.Glob("/proc/self/task/*/status")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		_, rest, _ := strings.Cut(string(text), "Cpus_allowed_list:")
		list, _, _ := strings.Cut(rest, "\n")
		found[strings.TrimSpace(list)] = true
	}
	return found
}

func TestEveryKindSwitches(t *testing.T) {
	tidy(t)
	for _, k := range Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			c, err := Measure(context.Background(), k.Name, someCPU(t), short)
			require.NoError(t, err)
			assert.NotEmpty(t, k.About)
			assert.Positive(t, c.NS)
			assert.Positive(t, c.CPU)
			assert.Positive(t, c.Switches)
			assert.Zero(t, c.Switches%2, "there and back")
			assert.InDelta(t, 1e9, c.NS*c.PerSecond(), 1)
			t.Logf("%.1f ns, %.1f ns of CPU, %d switches, %d by the kernel", c.NS, c.CPU, c.Switches, c.Kernel)
		})
	}
}

// On one CPU the turn can't pass from thread to thread without the kernel, so it must have counted each switch.
func TestTheKernelHasCountedWhatItHasAPartIn(t *testing.T) {
	for name, share := range map[string]uint64{"thread": 1, "threadpipe": 1, "process": 2} {
		c, err := Measure(context.Background(), name, someCPU(t), short)
		require.NoError(t, err, name)
		assert.GreaterOrEqual(t, c.Kernel+2, c.Switches/share, name)
	}
	for _, name := range []string{"function", "generator", "greenlet", "goroutine"} {
		c, err := Measure(context.Background(), name, someCPU(t), short)
		require.NoError(t, err, name)
		assert.Less(t, c.Kernel, c.Switches/2+10, name) // others may take the CPU
	}
}

func TestItEndsWithItsContext(t *testing.T) {
	tidy(t)
	for _, k := range Kinds() {
		enough := errors.New("enough of " + k.Name)
		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(short, func() { cancel(enough) })
		_, err := Measure(ctx, k.Name, someCPU(t), time.Hour)
		assert.ErrorIs(t, err, enough)
		_, err = Measure(ctx, k.Name, someCPU(t), short)
		assert.ErrorIs(t, err, enough, "it had ended before")
	}
}

func TestMeasureSaysWhatIsWrong(t *testing.T) {
	tidy(t)
	ctx := context.Background()
	for want, call := range map[string]func() (Cost, error){
		`by "fibre": there is no such kind`: func() (Cost, error) { return Measure(ctx, "fibre", 0, short) },
		"on CPU -1: name a CPU":             func() (Cost, error) { return Measure(ctx, "thread", -1, short) },
		"for 0s: give it some time":         func() (Cost, error) { return Measure(ctx, "thread", 0, 0) },
		"sched_setaffinity to CPU 1000":     func() (Cost, error) { return Measure(ctx, "process", 1000, short) },
		"thread on CPU 1000":                func() (Cost, error) { return Measure(ctx, "thread", 1000, short) },
	} {
		c, err := call()
		assert.ErrorContains(t, err, want)
		assert.Zero(t, c)
	}
}

func TestAPartyChecksWhatItIsStartedWith(t *testing.T) {
	for _, args := range [][]string{nil, {"thread"}, {"thread", "0", "x", "0"}, {"fibre", "0", "1", "0"}} {
		assert.ErrorIs(t, measure(args), errArgs, fmt.Sprint(args))
	}
	for _, args := range [][]string{nil, {"x"}, {"1", "2"}} {
		assert.ErrorIs(t, partner(args), errArgs, fmt.Sprint(args))
	}
	assert.ErrorContains(t, partner([]string{"1000"}), "should on 1000 alone")
	assert.ErrorContains(t, measure([]string{"thread", "1000", "1", "0"}), "should on 1000 alone")
}

func TestAnEchoEndsWithTheOtherSide(t *testing.T) {
	a, b, err := links()
	require.NoError(t, err)
	require.NoError(t, a.say())
	require.NoError(t, a.say())
	require.NoError(t, unix.Close(a.out))
	require.NoError(t, b.echo(), "it gives two turns back, and is done")
	b.close()
	require.NoError(t, a.hear())
	require.NoError(t, a.hear())
	require.ErrorContains(t, link{a.in, b.out}.hear(), "EOF")
	require.ErrorContains(t, link{a.in, b.out}.trips(1), "write")
	require.ErrorContains(t, link{in: -1}.echo(), "read")
	require.NoError(t, unix.Close(a.in))
}

func TestTheOtherPartysLossIsSeen(t *testing.T) {
	a, b, err := links()
	require.NoError(t, err)
	require.NoError(t, unix.Close(b.out))
	assert.ErrorContains(t, a.trips(1), "EOF")
	a.close()
	require.NoError(t, unix.Close(b.in))
}

func TestGreenletsSwitchByName(t *testing.T) {
	root := current
	var story []string
	first := spawn(func() {
		me := current
		var second *greenlet
		second = spawn(func() {
			nested(3, func() {
				for assert.Same(t, second, current); me.Switch(); {
					story = append(story, "second")
				}
			})
		})
		for range 3 {
			story = append(story, "first")
			assert.True(t, second.Switch())
			assert.Same(t, me, current)
		}
		second.stop()
	})
	assert.False(t, first.Switch(), "it has ended")
	assert.Same(t, root, current)
	assert.Equal(t, []string{"first", "first", "second", "first", "second"}, story)
}
