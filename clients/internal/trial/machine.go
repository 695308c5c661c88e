package trial

import (
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/machine"
	"c10klab/clients/internal/probe"
)

// Machine is what the gates look at beside the services and the client. It is a value so that a test can have a quiet one.
type Machine struct {
	Probe    func(client, server int) probe.Reading
	Usage    func() (machine.Usage, error)
	Counters func() (gate.Counters, error) // of the lab's network namespace
}

// thisMachine is the one that the lab runs on.
var thisMachine = Machine{probe.Take, machine.ReadUsage, gate.ReadCounters}
