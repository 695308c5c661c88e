package switches

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"

	"c10klab/clients/internal/pin"
)

// The hidden first arguments of a child: one that measures (then the kind, the CPU, the
// time in ns and the partner's process id), and its partner (then the CPU).
const (
	measureArg = "switches-measure"
	partnerArg = "switches-partner"
)

// ChildMain must be called first thing in main, before flags are read: in a process that
// Measure started it is one of the two parties and does not return; elsewhere it does nothing.
func ChildMain() {
	if len(os.Args) < 2 {
		return
	}
	var do func(args []string) error
	switch os.Args[1] {
	case measureArg:
		do = measure
	case partnerArg:
		do = partner
	default:
		return
	}
	if err := do(os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

var errArgs = errors.New("a party's arguments are wrong: it is for this package to start")

// measure is the child that counts and times.
func measure(args []string) error {
	numbers := [3]int{}
	if len(args) != 1+len(numbers) {
		return errArgs
	}
	for i, text := range args[1:] {
		n, err := strconv.Atoi(text)
		if err != nil {
			return errArgs
		}
		numbers[i] = n
	}
	k := slices.IndexFunc(kinds, func(k kind) bool { return k.Name == args[0] })
	if k < 0 {
		return errArgs
	}
	if err := onOne(numbers[0]); err != nil {
		return err
	}
	cost, err := kinds[k].measure(meter{d: time.Duration(numbers[1]), peer: numbers[2]})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(cost)
}

// partner is the other process, which gives the turn back.
func partner(args []string) error {
	if len(args) != 1 {
		return errArgs
	}
	cpu, err := strconv.Atoi(args[0])
	if err != nil {
		return errArgs
	}
	if err := onOne(cpu); err != nil {
		return err
	}
	runtime.LockOSThread()
	return inherited.echo()
}

// onOne makes sure that this process was born on that CPU and no other.
func onOne(cpu int) error {
	allowed, err := pin.Allowed()
	if err == nil && !slices.Equal(allowed, []int{cpu}) {
		err = fmt.Errorf("a party may run on the CPUs %v, and should on %d alone", allowed, cpu)
	}
	return err
}
