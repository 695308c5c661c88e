package experiment

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/clients/internal/kernelfacts"
	"c10klab/clients/internal/switches"
)

var anywhere = Machine{CPU: -1}

func TestSwitchTellsEveryKind(t *testing.T) {
	answers, err := switchAll(context.Background(), anywhere, Cell{Window: 20 * time.Millisecond})
	require.NoError(t, err)
	for _, k := range switches.Kinds() {
		a := answers[k.Name]
		assert.Empty(t, a.Withheld, k.Name)
		for _, name := range []string{"switch_ns", "switch_cpu_ns", "per_s", "per_cpu_s"} {
			assert.Positive(t, a.Figures[name], "%s of %s", name, k.Name)
		}
		assert.Equal(t, k.About, a.Notes["parties"])
	}
	assert.Positive(t, answers["thread"].Figures["kernel_per_switch"])
	assert.Len(t, answers, len(switches.Kinds()))
}

func TestASwitchThatTookNoTimeIsNone(t *testing.T) {
	a := costing(switches.Cost{Switches: 10}, "two who are quick")
	assert.Contains(t, a.Withheld, "the clocks did not move in 10 switches")
	a = costing(switches.Cost{NS: 2000, CPU: 1000, Switches: 10, Kernel: 5}, "two")
	assert.Equal(t, map[string]float64{"switch_ns": 2000, "switch_cpu_ns": 1000, "per_s": 5e5, "per_cpu_s": 1e6, "kernel_per_switch": 0.5}, a.Figures)
}

func TestSwitchIsMadeOnTheClientsCPU(t *testing.T) {
	cpu, err := oneCPU(Machine{CPU: 3})
	require.NoError(t, err)
	assert.Equal(t, 3, cpu)
	_, err = switchAll(context.Background(), Machine{CPU: 5000}, Cell{Window: time.Millisecond})
	assert.ErrorContains(t, err, "on CPU 5000")
}

func TestFactsAreToldByTheirNames(t *testing.T) {
	answers, err := askKernel(context.Background(), anywhere, Cell{})
	require.NoError(t, err)
	assert.Len(t, answers, len(kernelfacts.Facts()))
	assert.EqualValues(t, unix.EPERM, answers["regular-file"].Figures["file_epoll_errno"])
	walk := answers["fdsetsize-walk"].Figures
	assert.Positive(t, walk["select_ns@1024"])
	assert.Positive(t, walk["poll_ns@512"])
	assert.Positive(t, walk["select_high_ns"])
	limit := answers["limit-2048"].Figures
	assert.EqualValues(t, 511, limit["highest@512"])
	assert.EqualValues(t, 511, limit["fdset_highest@512"])
	for name := range limit {
		assert.NotRegexp(t, `_\d+_`, name, "the step is at the end")
	}
}

func TestBareEndsWithItsContext(t *testing.T) {
	ctx, end := context.WithCancel(context.Background())
	end()
	for name, ask := range map[string]Bare{"switch": switchAll, "facts": askKernel, "copies": askCopies, "lock": askOfThree} {
		_, err := ask(ctx, anywhere, Cell{Window: time.Millisecond})
		assert.ErrorIs(t, err, context.Canceled, name)
	}
}

func TestThreadsWithoutALockAnswerOutOfOrder(t *testing.T) {
	answers, err := askOfThree(context.Background(), anywhere, Cell{})
	require.NoError(t, err)
	for name, a := range answers {
		assert.EqualValues(t, couples, a.Figures["pairs"], name)
		assert.Zero(t, a.Figures["swapped_lockstep"], "%s: who waits for each reply sees no difference", name)
	}
	assert.Zero(t, answers["locked"].Figures["swapped"])
	assert.Positive(t, answers["unlocked"].Figures["swapped"])
}

// A lock that hangs must not hang the run.
func TestThreadsThatNobodyAnswersEnd(t *testing.T) {
	ctx, end := context.WithCancel(context.Background())
	turn := new(sync.Mutex)
	turn.Lock()
	time.AfterFunc(10*time.Millisecond, func() { end(); turn.Unlock() })
	_, err := pairsTo(ctx, turn)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestWhoMustCloseADescriptor(t *testing.T) {
	answers, err := askCopies(context.Background(), anywhere, Cell{})
	require.NoError(t, err)
	assert.Equal(t, map[string]float64{"served_closed": 1, "ended_closed": 1, "served_kept": 1, "ended_kept": 0}, answers["process"].Figures,
		"the connection ends with the last copy")
	assert.Equal(t, map[string]float64{"served_closed": 0, "ended_closed": 1, "served_kept": 1, "ended_kept": 1}, answers["thread"].Figures,
		"there is but one")
	for fd := out; fd < out+8; fd++ {
		_, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		assert.ErrorIs(t, err, unix.EBADF, "descriptor %d is left", fd)
	}
}
