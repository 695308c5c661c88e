// Package pin decides on which CPU the clients run, and puts them there: never
// on the services' CPUs, nor on a hyperthread of their cores, while there is another.
package pin

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Choice says which CPUs the two sides have.
type Choice struct {
	Client  int    `json:"client"`
	Servers []int  `json:"servers"`
	Shared  string `json:"shared,omitempty"` // what the two sides share, and so can't be decided here; empty: only caches and memory
}

// Choose takes the client's CPU from those allowed. siblings returns a CPU's
// hyperthreads, itself included.
func Choose(servers, allowed []int, siblings func(cpu int) []int) (Choice, error) {
	if len(allowed) == 0 {
		return Choice{}, errors.New("choosing the client's CPU: none is allowed")
	}
	c := Choice{Servers: servers}
	sameCore := func(cpu int) bool {
		return slices.ContainsFunc(siblings(cpu), func(s int) bool { return slices.Contains(servers, s) })
	}
	// The highest CPU first: the kernel and its interrupts prefer the low ones.
	descending := slices.Sorted(slices.Values(allowed))
	slices.Reverse(descending)
	if i := slices.IndexFunc(descending, func(cpu int) bool { return !sameCore(cpu) }); i >= 0 {
		c.Client = descending[i]
		return c, nil
	}
	if i := slices.IndexFunc(descending, func(cpu int) bool { return !slices.Contains(servers, cpu) }); i >= 0 {
		c.Client = descending[i]
		c.Shared = fmt.Sprintf("client (CPU %d) and services are hyperthreads of one core: each slows the other", c.Client)
		return c, nil
	}
	c.Client = descending[0]
	c.Shared = fmt.Sprintf("client and services share CPU %d: rates, and latency under load, compare the pair and not the server", c.Client)
	return c, nil
}

// ParseList reads a CPU list as the kernel writes it, such as "0,2-3".
func ParseList(s string) ([]int, error) {
	var out []int
	for part := range strings.SplitSeq(strings.TrimSpace(s), ",") {
		lo, hi, isRange := strings.Cut(part, "-")
		first, err := strconv.Atoi(strings.TrimSpace(lo))
		last := first
		if err == nil && isRange {
			last, err = strconv.Atoi(strings.TrimSpace(hi))
		}
		if err != nil || first < 0 || last < first || last > 8191 {
			return nil, fmt.Errorf("CPU list %q: want numbers and ranges such as 0,2-3", s)
		}
		for cpu := first; cpu <= last; cpu++ {
			out = append(out, cpu)
		}
	}
	return out, nil
}

// Siblings returns a CPU's hyperthreads, itself included, as sysfs lists them.
func Siblings(cpu int) []int {
	b, err := os.ReadFile(fmt.Sprintf("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu))
	if err != nil {
		return []int{cpu}
	}
	list, err := ParseList(string(b))
	if err != nil {
		return []int{cpu}
	}
	return list
}

// Allowed returns the CPUs that this process may run on.
func Allowed() ([]int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, fmt.Errorf("sched_getaffinity: %w", err)
	}
	var out []int
	for cpu := range len(set) * 64 {
		if set.IsSet(cpu) {
			out = append(out, cpu)
		}
	}
	return out, nil
}

// Online returns the CPUs that the machine has and runs.
func Online() []int {
	b, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return nil
	}
	list, _ := ParseList(string(b))
	return list
}

// Thread pins the calling thread. Lock the goroutine to it before, and let the
// thread end with the goroutine.
func Thread(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("sched_setaffinity to CPU %d: %w", cpu, err)
	}
	return nil
}

// mark is set in the environment of a program that Exec started anew.
const mark = "C10KLAB_PINNED"

// Done says whether Exec has been here already, and returns its choice.
func Done() (c Choice, ok bool) {
	client, rest, found := strings.Cut(os.Getenv(mark), ";")
	servers, shared, _ := strings.Cut(rest, ";")
	if !found {
		return c, false
	}
	var err error
	if c.Client, err = strconv.Atoi(client); err != nil {
		return Choice{}, false
	}
	if c.Servers, err = ParseList(servers); err != nil {
		return Choice{}, false
	}
	c.Shared = shared
	return c, true
}

// Exec pins the calling thread and executes this program anew with the same
// arguments: a runtime's other threads inherit the affinity only if they are
// started after it was set. The goroutine must be locked to its thread. It
// returns only on an error.
func Exec(c Choice, env ...string) error {
	if err := Thread(c.Client); err != nil {
		return err
	}
	servers := make([]string, len(c.Servers))
	for i, s := range c.Servers {
		servers[i] = strconv.Itoa(s)
	}
	env = append(append(os.Environ(), env...),
		fmt.Sprintf("%s=%d;%s;%s", mark, c.Client, strings.Join(servers, ","), c.Shared))
	if err := syscall.Exec("/proc/self/exe", os.Args, env); err != nil {
		return fmt.Errorf("executing %s anew on CPU %d: %w", os.Args[0], c.Client, err)
	}
	return nil
}
