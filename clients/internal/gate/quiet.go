package gate

import (
	"fmt"
	"math"
	"time"

	"c10klab/clients/internal/machine"
)

// Spin is what a step of the probe's spin took on one CPU, before and after a
// trial, in ns; 0: not known.
type Spin struct{ Before, After float64 }

// Quiet is gate 0. own is the CPU time, between the two readings that span
// is made of, of the lab (its workers too), the services and their meters; with
// interruptsApart (machine.InterruptsApart) the kernel bills no interrupts to them.
// A trial that fails it is made again, once.
func Quiet(client, server Spin, span machine.Span, own time.Duration, interruptsApart bool) string {
	return First(
		client.drift("client's"), server.drift("services'"),
		stolen(span), otherLoad(span, own, interruptsApart))
}

func (s Spin) drift(whose string) string {
	if s.Before <= 0 || s.After <= 0 {
		return ""
	}
	drift := s.After/s.Before - 1
	if math.Abs(drift) <= SpinDrift {
		return ""
	}
	return fmt.Sprintf("the %s CPU was not quiet: a spin took %+.1f %% after the trial, more than %s", whose, 100*drift, percent(SpinDrift))
}

func stolen(s machine.Span) string {
	whole := s.Wall * time.Duration(s.CPUs)
	if s.Steal <= time.Duration(StealShare*float64(whole))+LoadError {
		return ""
	}
	return fmt.Sprintf("the machine was not quiet: its hypervisor took %s of the CPUs' time for others, more than %s",
		percent(float64(s.Steal)/float64(whole)), percent(StealShare))
}

func otherLoad(s machine.Span, own time.Duration, interruptsApart bool) string {
	other := s.Busy - own
	if interruptsApart {
		other -= s.Interrupts
	}
	if other <= time.Duration(OtherLoad*float64(s.Wall))+LoadError {
		return ""
	}
	return fmt.Sprintf("the machine was not quiet: something else used %s of a CPU, more than %s",
		percent(float64(other)/float64(s.Wall)), percent(OtherLoad))
}
