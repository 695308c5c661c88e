package machine

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

var tickNames = []string{"user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"}

// tick is the unit of /proc/stat, whatever the kernel's own HZ is (USER_HZ).
const tick = 10 * time.Millisecond

// ticks reads the machine's clock ticks since boot, by what they were spent on (proc_stat(5)).
func ticks() map[string]uint64 {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return nil
	}
	out, _ := parseTicks(string(b))
	return out
}

// parseTicks also counts the CPUs that are online.
func parseTicks(stat string) (spent map[string]uint64, cpus int) {
	spent = map[string]uint64{}
	for l := range strings.SplitSeq(stat, "\n") {
		fields := strings.Fields(l)
		if len(fields) == 0 || !strings.HasPrefix(fields[0], "cpu") {
			break
		}
		if fields[0] != "cpu" {
			cpus++
			continue
		}
		for i, name := range tickNames {
			if i+1 >= len(fields) {
				break
			}
			if v, err := strconv.ParseUint(fields[i+1], 10, 64); err == nil {
				spent[name] = v
			}
		}
	}
	return spent, cpus
}

// Usage is a reading of what all CPUs did since boot; it costs some 30 us.
type Usage struct {
	at                      time.Time
	cpus                    int
	idle, steal, interrupts time.Duration
}

// ReadUsage reads /proc/stat, which is the whole machine's in a container, too.
func ReadUsage() (Usage, error) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return Usage{}, fmt.Errorf("read what the CPUs did: %w", err)
	}
	return parseUsage(string(b), time.Now())
}

func parseUsage(stat string, at time.Time) (Usage, error) {
	spent, cpus := parseTicks(stat)
	if cpus == 0 || len(spent) < len(tickNames) {
		return Usage{}, fmt.Errorf("read what the CPUs did: /proc/stat has no line for them as proc_stat(5) says")
	}
	of := func(a, b string) time.Duration { return time.Duration(spent[a]+spent[b]) * tick }
	return Usage{
		at: at, cpus: cpus, idle: of("idle", "iowait"), interrupts: of("irq", "softirq"),
		steal: time.Duration(spent["steal"]) * tick,
	}, nil
}

// Span is what all CPUs did between two readings. Each time may be wrong by two ticks (20 ms).
type Span struct {
	Wall       time.Duration
	CPUs       int
	Busy       time.Duration // neither idle nor stolen
	Steal      time.Duration // taken by the hypervisor for others
	Interrupts time.Duration // a part of Busy
}

// Since is the span from the earlier reading to this one. What was busy is
// computed from what was idle: the kernel knows that exactly, while user and system time are
// samples.
func (u Usage) Since(before Usage) Span {
	s := Span{
		Wall: u.at.Sub(before.at), CPUs: u.cpus,
		Steal: max(u.steal-before.steal, 0), Interrupts: max(u.interrupts-before.interrupts, 0),
	}
	s.Busy = max(time.Duration(s.CPUs)*s.Wall-max(u.idle-before.idle, 0)-s.Steal, 0)
	return s
}

// OwnCPU is the CPU time of this process so far, all its threads together, and of the children that it has waited for.
func OwnCPU() (sum time.Duration) {
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var r unix.Rusage
		if unix.Getrusage(who, &r) == nil {
			sum += time.Duration(r.Utime.Nano() + r.Stime.Nano())
		}
	}
	return sum
}

// InterruptsApart says whether the kernel bills interrupts to nobody
// (IRQ_TIME_ACCOUNTING) instead of whoever they interrupt: then the work that
// the network does for a server is missing from that server's CPU time.
func InterruptsApart() bool {
	if c := kernelConfig("CONFIG_IRQ_TIME_ACCOUNTING"); c != "" {
		return c == "y"
	}
	_, err := os.Stat("/proc/pressure/irq") // where the configuration can't be read
	return err == nil
}
