// Package progress tells how far a run is: by a bar on a terminal, by a line
// now and then elsewhere.
package progress

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Columns is what a line may take. compose puts the service's name before each.
const Columns = 70

// Teller tells. Its methods are called from one goroutine.
type Teller struct {
	out     io.Writer
	bar     *progressbar.ProgressBar
	began   time.Time
	total   time.Duration // as it was estimated
	planned time.Duration // the estimate of what is done
}

// New returns a teller for that writer; it draws a bar if that is a terminal.
func New(out io.Writer) *Teller {
	t := &Teller{out: out}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		// compose's output is no terminal, and holds a line back until its end:
		// a carriage return would never be seen there.
		t.bar = progressbar.NewOptions64(1000,
			progressbar.OptionSetWriter(out), progressbar.OptionSetWidth(28),
			progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetRenderBlankState(false),
			progressbar.OptionSetTheme(progressbar.ThemeASCII),
		)
	}
	return t
}

// Say prints a line of its own. Longer ones than Columns are for errors.
func (t *Teller) Say(format string, args ...any) {
	t.clear()
	fmt.Fprintf(t.out, format+"\n", args...)
	t.draw()
}

// Begin starts the clock of a run that is estimated to take that long.
func (t *Teller) Begin(total time.Duration) { t.began, t.total = time.Now(), max(total, 1) }

// Now says what is done at this moment; only a bar shows it.
func (t *Teller) Now(what string) {
	if t.bar != nil {
		t.bar.Describe(fmt.Sprintf("%-30.30s %8s left", what, t.Left()))
		t.draw()
	}
}

// Done says that a part is done that was estimated to take that long.
func (t *Teller) Done(estimate time.Duration) {
	t.planned += estimate
	t.draw()
}

// Left is how long the run will still take, as it has gone so far.
func (t *Teller) Left() string {
	left := t.total - t.planned
	if t.planned > t.total/50 && t.planned > 2*time.Second {
		left = time.Duration(float64(left) * float64(time.Since(t.began)) / float64(t.planned))
	}
	return Short(left)
}

// End takes the bar away.
func (t *Teller) End() {
	t.clear()
	t.bar = nil
}

func (t *Teller) clear() {
	if t.bar != nil {
		_ = t.bar.Clear()
	}
}

func (t *Teller) draw() {
	if t.bar != nil && !t.began.IsZero() {
		_ = t.bar.Set64(min(999, int64(1000*float64(t.planned)/float64(t.total))))
	}
}

// Short writes a duration as people say it: 8 s, 1 min 05 s.
func Short(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
}
