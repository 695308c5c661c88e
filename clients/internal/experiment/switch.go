package experiment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/switches"
)

// Switch: what it costs to stop one strand of a program and to go on with another, by each of the ways that the models
// are made of.
var switching = Experiment{
	Name:   "switch",
	About:  "two parties that hand each other the turn: what a switch costs by function, generator, greenlet, goroutine, thread and process",
	Metric: result.Figures,
	Cells:  []Cell{{Window: 280 * time.Millisecond, Load: "two parties on one CPU, which do nothing but switch"}},
	Bare:   switchAll,
}

// switchAll finds of each kind what a switch one way takes, switch_ns by the clock on the wall and switch_cpu_ns by the CPU
// time of both parties; how many of them go into a second of either, per_s and per_cpu_s; and kernel_per_switch, how often the
// kernel switched in one party. One of the two always runs, so the two clocks differ by what others took of that CPU
// meanwhile: it is the CPU's that is compared.
func switchAll(ctx context.Context, m Machine, c Cell) (map[string]Answer, error) {
	cpu, err := oneCPU(m)
	if err != nil {
		return nil, err
	}
	kinds := switches.Kinds()
	each := c.Window / time.Duration(len(kinds)) * 2 / 3 // the rest is its warm-up
	answers := map[string]Answer{}
	for _, k := range kinds {
		cost, err := switches.Measure(ctx, k.Name, cpu, each)
		if err != nil {
			return answers, err
		}
		answers[k.Name] = costing(cost, k.About)
	}
	return answers, nil
}

func costing(c switches.Cost, about string) Answer {
	a := Answer{
		Figures: map[string]float64{"switch_ns": c.NS, "switch_cpu_ns": c.CPU, "kernel_per_switch": float64(c.Kernel) / float64(c.Switches)},
		Notes:   map[string]string{"parties": about},
	}
	if c.NS <= 0 || c.CPU <= 0 {
		a.Withheld = fmt.Sprintf("the clocks did not move in %d switches", c.Switches)
		return a
	}
	a.Figures["per_s"], a.Figures["per_cpu_s"] = c.PerSecond(), 1e9/c.CPU
	return a
}

// oneCPU is the client's, which no service may use; any that there is where the client is not pinned.
func oneCPU(m Machine) (int, error) {
	if m.CPU >= 0 {
		return m.CPU, nil
	}
	allowed, err := pin.Allowed()
	if err == nil && len(allowed) == 0 {
		err = errors.New("choosing a CPU to switch on: none is allowed")
	}
	if err != nil {
		return 0, err
	}
	return allowed[len(allowed)-1], nil
}
