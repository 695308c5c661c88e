package experiment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/clients/internal/engine"
)

// crowd is clients who come one after the other at even intervals, whether or not those before them have been served:
// connect, one request of work, its reply, reset. (The engine's visits wait for each other.) A goroutine each will do:
// what is told is in milliseconds.
type crowd struct {
	addr     string
	n        int           // rounds of work that each asks for
	rate     float64       // visits a second
	window   time.Duration // in which they come
	patience time.Duration // how long the last may wait after it
}

// people is how many the visits are dealt to, one after the other, to see whether all of them get their share.
const people = 32

// tardy is how late the client itself may begin one visit in a hundred.
const tardy = 5 * time.Millisecond

// seen is what became of the visits.
type seen struct {
	mu       sync.Mutex
	window   time.Duration
	visits   int
	late     int           // begun by more than tardy late: the client's own fault
	inWindow int           // answered before it was over
	refused  int           // turned away without a byte
	longest  time.Duration // until an answer, from when the visit was due; of those who waited in vain, how long they did
	waiting  int           // in vain until patience ended
	shares   []uint64      // answers by person
	wrong    string        // an answer that was none, or an error of this machine
}

// visit has the crowd come, and waits for all of them.
func (c crowd) visit(ctx context.Context) (*seen, error) {
	s := &seen{window: c.window, shares: make([]uint64, people)}
	to, err := net.ResolveTCPAddr("tcp", c.addr) // once: a visit would ask for it each time
	if err != nil {
		return s, fmt.Errorf("visits to %s: %w", c.addr, err)
	}
	v := visitor{to: to.String(), ask: fmt.Appendf(nil, "%d\n", c.n), want: digest(c.n)}
	start := time.Now()
	v.end = start.Add(c.window)
	v.last = v.end.Add(c.patience)
	var all sync.WaitGroup
	every := time.Duration(float64(time.Second) / c.rate)
	for i := 0; time.Duration(i)*every < c.window && ctx.Err() == nil; i++ {
		due := start.Add(time.Duration(i) * every)
		if rest := time.Until(due); rest > 0 {
			time.Sleep(rest)
		}
		s.visits++
		all.Go(func() { v.once(ctx, s, due, i%people) })
	}
	all.Wait()
	return s, context.Cause(ctx)
}

// digest is the answer of work.
func digest(n int) string {
	var sum [sha256.Size]byte
	for range n {
		sum = sha256.Sum256(sum[:])
	}
	return hex.EncodeToString(sum[:]) + "\n"
}

type visitor struct {
	to        string
	ask       []byte
	want      string
	end, last time.Time // of the window; of all patience
}

func (v visitor) once(ctx context.Context, s *seen, due time.Time, person int) {
	begun := time.Now()
	got, err := v.talk(ctx)
	ended := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if begun.Sub(due) > tardy {
		s.late++
	}
	switch {
	case err == nil && string(got) == v.want:
		s.longest = max(s.longest, ended.Sub(due))
		s.shares[person]++
		if ended.Before(v.end) {
			s.inWindow++
		}
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.longest = max(s.longest, ended.Sub(due))
		s.waiting++
	case errors.Is(err, errTurnedAway):
		s.refused++
	case s.wrong == "" && err != nil:
		s.wrong = err.Error()
	case s.wrong == "":
		s.wrong = fmt.Sprintf("%q for an answer, where %q should be", got, v.want)
	}
}

// errTurnedAway is a connection that stood and was closed, or reset, without a byte.
var errTurnedAway = errors.New("turned away")

func (v visitor) talk(ctx context.Context) ([]byte, error) {
	dialer := net.Dialer{Deadline: v.last, KeepAlive: -1}
	conn, err := dialer.DialContext(ctx, "tcp", v.to)
	if errors.Is(err, unix.ECONNRESET) { // it stood, and was reset before this process looked
		return nil, errTurnedAway
	}
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_ = conn.(*net.TCPConn).SetLinger(0) // a reset leaves no port waiting
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if err := conn.SetDeadline(v.last); err != nil {
		return nil, err
	}
	if _, err := conn.Write(v.ask); err != nil {
		return nil, errTurnedAway
	}
	got := make([]byte, len(v.want))
	n, err := io.ReadFull(conn, got)
	if n == 0 && err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, errTurnedAway
	}
	return got[:n], err
}

// withheld says why the figures may not be shown.
func (s *seen) withheld() string {
	switch {
	case s.wrong != "":
		return "a visit went wrong: " + s.wrong
	case s.late*100 > s.visits:
		return fmt.Sprintf("the client was late itself: %d of %d visits began over %v after they were due", s.late, s.visits, tardy)
	}
	return ""
}

// put adds the figures, their names with that before them.
func (s *seen) put(figures map[string]float64, before string) {
	figures[before+"max_ms"] = ms(s.longest)
	figures[before+"goodput_per_s"] = float64(s.inWindow) / s.window.Seconds()
	figures[before+"jain_index"] = engine.Jain(s.shares)
	figures[before+"refused_percent"] = 100 * float64(s.refused) / float64(max(s.visits, 1))
	figures[before+"unanswered_visits"] = float64(s.waiting)
}
