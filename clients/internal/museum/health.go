package museum

import (
	"context"
	"fmt"
	"os/exec"
	"time"

	"c10klab/clients/internal/engine"
)

var healthChecks = Exhibit{
	Name:  "health-checks",
	Title: "Docker's health checks running meanwhile",
	Mistake: "Containers with a health check are measured as they are. Every so often Docker starts a program in each of them, " +
		"on the server's CPU, in the midst of a window.",
	measure: measureHealth,
}

// checksPerWindow is far more often than Docker's every 30 s, for a window lasts a second.
const checksPerWindow = 10

func measureHealth(ctx context.Context, r *room) (Finding, error) {
	s, err := r.serve(how{})
	if err != nil {
		return Finding{}, err
	}
	c, err := r.dial(ctx, engine.Options{}, s.addr, manyConns)
	if err != nil {
		return Finding{}, err
	}
	var done checks
	var worst [2][]float64
	window := func(list *[]float64) (float64, error) {
		m, err := c.load(ctx, r.Time)
		*list = append(*list, float64(m.Latency.Max())/float64(time.Millisecond))
		return percentile(m.Latency, 99.9), err
	}
	wrong, right, err := byTurns(
		func() (float64, error) {
			finish := done.begin(ctx, r.Servers[0], s.addr, r.Time/checksPerWindow)
			v, err := window(&worst[0])
			if failed := finish(); err == nil {
				err = failed
			}
			return v, err
		},
		func() (float64, error) { return window(&worst[1]) },
	)
	if err != nil {
		return Finding{}, err
	}
	return tellHealth(wrong, right, worst, done), nil
}

// checks are the health checks that were made.
type checks struct {
	made int
	cpu  time.Duration
}

// begin makes a check every so often, until what it returns is called.
func (k *checks) begin(ctx context.Context, cpu int, addr string, every time.Duration) (finish func() error) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		for {
			pause(ctx, every)
			if ctx.Err() != nil {
				done <- nil
				return
			}
			if err := k.check(cpu, addr); err != nil {
				done <- err
				return
			}
		}
	}()
	return func() error { cancel(); return <-done }
}

func (k *checks) check(cpu int, addr string) error {
	cmd := exec.Command("/proc/self/exe", checkArg, addr)
	if err := on(cpu, cmd.Start); err != nil {
		return fmt.Errorf("start a health check: %w", err)
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("a health check of %s: %w", addr, err)
	}
	k.made++
	k.cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return nil
}

func tellHealth(wrong, right []float64, worst [2][]float64, done checks) Finding {
	f := Finding{
		Wrong: Figure{fmt.Sprintf("99.9th percentile of %d clients while checks run", manyConns), "ms", wrong},
		Right: Figure{"the same without checks", "ms", right},
		Also: []Figure{
			{"the longest response while checks run", "ms", worst[0]},
			{"the longest without", "ms", worst[1]},
		},
		Notes: []string{"No Docker takes part: the checks are this program, started on the server's CPU to ask once. Docker's own cost more (it prepares the container's surroundings for each) and come every 30 s if nothing else is said; here they come far more often, for a window is short."},
	}
	if done.made == 0 {
		f.Why = "No check ended within a window, so there is nothing to compare: choose a longer one (-time)."
		return f
	}
	each := float64(done.cpu.Microseconds()) / 1000 / float64(done.made)
	return f.explain(1, 1, fmt.Sprintf("%d checks took %s ms of CPU each, from the server: what was asked meanwhile waited until the scheduler gave its CPU back. "+
		"A median hardly sees that, the tail is made of it.", done.made, number(each)))
}
