package supervise

import "time"

// lease counts the time until everything is given back. Service.mu guards it.
type lease struct {
	until time.Time
	timer *time.Timer
	n     int // tells this lease from the one before, whose timer may have fired already
}

// begin replaces the lease that runs, if one does; over is called when the new one is out.
func (l *lease) begin(d time.Duration, over func(n int)) {
	l.end()
	n := l.n
	l.until = time.Now().Add(d)
	l.timer = time.AfterFunc(d, func() { over(n) })
}

func (l *lease) end() {
	if l.timer != nil {
		l.timer.Stop()
	}
	l.timer, l.until = nil, time.Time{}
	l.n++
}

func (l *lease) is(n int) bool { return l.n == n && l.timer != nil }

func (l *lease) runs() bool { return l.timer != nil }

// left is 0 when no lease runs.
func (l *lease) left() time.Duration {
	if l.timer == nil {
		return 0
	}
	return max(time.Until(l.until), 0)
}
