package tests

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

const (
	manyClients = 2_000  // come to each service in make test
	mostClients = 20_000 // in make test-all: more than any service has descriptors for

	// What may stay of clients that have left is the language's runtime's own.
	keptByEach  = 2560      // bytes of each
	keptByAll   = 6 << 20   // and this however many came: idle threads, the smallest heap
	keptByChild = 256 << 10 // likewise, in a child process that serves one after another

	// The memory that a second crowd may take, the first one's being 1; but for what
	// the smallest heap, and the meter, make of a small figure.
	secondOfFirst = 1.1
	moreResident  = 6 << 20
	moreInAll     = 10 << 20

	// Beside a first timer the runtime opens a poller for itself, in each process.
	pollers = 2
)

// TestLongCrowd presses more clients into every service than it has room for. A model that gives
// each client a thread or a process has the machine for itself, or thousands of them would keep
// the others' clients waiting for longer than these have patience; of the rest two go at a time.
func TestLongCrowd(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes minutes: TestModels does it with fewer clients")
	}
	needDocker(t)
	t.Cleanup(func() { t.Log(crowds.table(mostClients)) })
	lanes := make(chan struct{}, 2)
	for _, s := range models(t) {
		t.Run(s.Name, func(t *testing.T) {
			if !natureOf(t, s).growsWithClients() {
				t.Parallel() // which waits for all that do not
				lanes <- struct{}{}
				defer func() { <-lanes }()
			}
			press(t, start(t, s, protocol.Echo), mostClients)
		})
	}
}

func testCrowd(t *testing.T, r *running) {
	if !testing.Short() {
		t.Skip("TestLongCrowd does it with more clients")
	}
	press(t, r, manyClients)
}

// press has a crowd come to a service twice. Who gets in is served; the service
// lives on, says in its log who did not, and is as good as new when they have left.
func press(t *testing.T, r *running, n int) {
	pid := r.order(t, "/restart?apps=echo&lease=30m").PID
	r.warm(t)
	eventually(t, func() string { return natureOf(t, r.ServiceConfig).agreesWithNobody(r.waits(t)) })
	before, serving := r.look(t), r.serving(t)

	began := time.Now()
	first := r.wave(t, n)
	gone := time.Now()
	left := r.asBefore(t, before, serving, n)
	t.Logf("a crowd came and left in %.0f s; %.0f s later all was as before", gone.Sub(began).Seconds(), time.Since(gone).Seconds())
	second := r.wave(t, n)
	leftAgain := r.asBefore(t, before, serving, n)
	crowds.add(row{r.Name, n, first, second, left, leftAgain})

	assert.LessOrEqual(t, second.resident, max(secondOfFirst*first.resident, first.resident+moreResident), "memory of the service with the second crowd, and with the first")
	assert.LessOrEqual(t, second.memory, max(secondOfFirst*first.memory, first.memory+moreInAll), "most memory of the container with the second crowd, and with the first")
	assert.Equal(t, pid, r.state(t).PID, "the service has died, and was started anew")
	assert.Zero(t, r.look(t).killed, "processes killed for want of memory")
	r.dial(t, protocol.Echo).ask("as good as new\n", "as good as new\n")
}

// warm has a few clients come and leave: what a service and its runtime make once,
// heap, threads, buffers, is there then.
func (r *running) warm(t *testing.T) {
	t.Helper()
	const clients = 2 * protocol.Pool
	var list []conversation
	for i := range clients {
		c := r.dial(t, protocol.Echo)
		if i < natureOf(t, r.ServiceConfig).served(clients) {
			c.ask("warm\n", "warm\n")
		}
		list = append(list, c)
	}
	for _, c := range list {
		require.NoError(t, c.Close())
	}
}

// standing says where the clients of a swarm are.
type standing struct {
	Came, Answered, Waiting, Refused, Outside, Lost int
	Said                                            string
}

// wave is what one crowd met with.
type wave struct {
	standing
	resident float64 // of the service while they are in, bytes
	memory   float64 // the most that the container has had by then, bytes
	said     string  // the last line of the log
}

// wave lets a crowd in, looks at the service, and lets it leave.
func (r *running) wave(t *testing.T, n int) (w wave) {
	t.Helper()
	began, before := time.Now(), len(r.log(t))
	swarm := invite(t, []string{r.network.Name}, "swarm", "-stay", "-json", "-n", strconv.Itoa(n), "-every", "10s", fmt.Sprintf("%s.data:%d", r.Name, protocol.Echo.Port()))
	line, err := swarm.out.ReadString('\n')
	if err != nil {
		swarm.end(t)
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal([]byte(line), &w.standing), line)
	t.Log(strings.TrimSpace(line))

	assert.Contains(t, []protocol.State{protocol.Serving, protocol.Occupied}, r.state(t).State)
	said := r.log(t)[before:]
	w.said = r.tells(t, said, w.standing, n)
	m := r.metrics(t)
	w.resident, w.memory = m[protocol.MetricResident], m[protocol.MetricMemoryPeak]
	swarm.interrupt(t)
	end := swarm.end(t)
	assert.Zero(t, end.status, "everybody who was answered is answered until the end")
	assert.LessOrEqual(t, strings.Count(said, "no room"), int(time.Since(began).Seconds())+2, "once a second at most: %s", said)
	return w
}

// tells checks that those are in who must be, and what the log says of the others.
func (r *running) tells(t *testing.T, said string, at standing, n int) (last string) {
	t.Helper()
	nature := natureOf(t, r.ServiceConfig)
	assert.Equal(t, n, at.Came)
	assert.Equal(t, n, at.Answered+at.Waiting+at.Refused+at.Outside)
	if n < somaxconn(t, r.ServiceConfig) {
		assert.Zero(t, at.Outside, "the backlog has room for all of them")
	}
	if nature.serves > 0 {
		assert.Equal(t, nature.served(n), at.Answered)
		return ""
	}
	assert.GreaterOrEqual(t, at.Answered, min(n, nature.room(r.ServiceConfig)), "the limits leave room for more")
	if at.Answered == n {
		return ""
	}
	for line := range strings.Lines(said) {
		if served := servedInLog.FindStringSubmatch(line); served != nil {
			last = strings.TrimSpace(line)
			assert.Equal(t, strconv.Itoa(at.Answered), served[1], last)
		}
	}
	assert.NotEmpty(t, last, "not everybody is in, and the log does not say so: %s", said)
	return last
}

// servedInLog finds the number in the line that a service writes when it has no room.
var servedInLog = regexp.MustCompile(`no room for another client.* (\d+) are served`)

// look is what is compared before and after. Taking it makes no connection to
// the service, which gives memory back when it has had no client for a while.
type look struct{ descriptors, processes, resident, killed float64 }

func (r *running) look(t *testing.T) look {
	t.Helper()
	m := r.metrics(t)
	return look{
		descriptors: m[protocol.MetricDescriptors], processes: m[protocol.MetricProcesses],
		resident: m[protocol.MetricResident], killed: m[protocol.MetricOOMKills],
	}
}

// serving counts the threads that serve.
func (r *running) serving(t *testing.T) (threads int) {
	t.Helper()
	for _, n := range r.waits(t).Serving {
		threads += n
	}
	return threads
}

// asBefore waits until a service that all clients have left has let go of all
// that it took for them, and returns how many bytes each of them has left behind.
func (r *running) asBefore(t *testing.T, before look, serving, n int) (bytesEach float64) {
	t.Helper()
	within(t, 4*patience, func() string {
		now := r.look(t)
		kept := now.resident - before.resident
		bytesEach = kept / float64(n)
		switch {
		case now.processes != before.processes:
			return fmt.Sprintf("%.0f processes instead of %.0f", now.processes, before.processes)
		case now.descriptors > before.descriptors+pollers*before.processes:
			return fmt.Sprintf("%.0f descriptors instead of %.0f", now.descriptors, before.descriptors)
		case kept > float64(keptByAll+n*keptByEach)+keptByChild*(before.processes-1):
			return fmt.Sprintf("%.0f bytes are kept of each client that left: %.1f MB instead of %.1f", bytesEach, now.resident/1e6, before.resident/1e6)
		case r.serving(t) > serving:
			return fmt.Sprintf("more threads serve than the %d before: %+v", serving, r.waits(t))
		}
		return r.zombies(t)
	})
	return bytesEach
}

// zombies says which processes of the container nobody has waited for.
func (r *running) zombies(t *testing.T) string {
	t.Helper()
	top, err := needDocker(t).ContainerTop(t.Context(), r.container.GetContainerID(), client.ContainerTopOptions{Arguments: []string{"-eo", "pid,stat,args"}})
	require.NoError(t, err)
	for _, p := range top.Processes {
		if strings.HasPrefix(p[1], "Z") {
			return fmt.Sprintf("a zombie: %v", p)
		}
	}
	return ""
}

// crowds collects what each service did with its crowds.
var crowds results

type results struct {
	mu   sync.Mutex
	rows []row
}

type row struct {
	name            string
	n               int
	first, second   wave
	left, leftAgain float64
}

func (c *results) add(r row) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows = append(c.rows, r)
}

// table shows where each service stopped taking clients.
func (c *results) table(n int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := new(strings.Builder)
	fmt.Fprintf(text, "%d clients come to each service and stay\n", n)
	fmt.Fprintln(text, "model             answered    wait refused outside   own MB, 2nd  peak MB, 2nd  left B, 2nd  the log says")
	for _, r := range c.rows {
		if r.n == n {
			fmt.Fprintf(text, "%-16s %9d %7d %7d %7d %6.0f %6.0f %6.0f %6.0f %6.0f %5.0f  %s\n", r.name,
				r.first.Answered, r.first.Waiting, r.first.Refused, r.first.Outside,
				r.first.resident/1e6, r.second.resident/1e6, r.first.memory/1e6, r.second.memory/1e6, r.left, r.leftAgain, r.first.said)
		}
	}
	return text.String()
}
