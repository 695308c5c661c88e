package main

import (
	"log"
	"os"

	"c10klab/services/meter/cgroup"
	"c10klab/services/meter/measure"
	"c10klab/services/meter/supervise"
)

// assemble applies the limits and puts the parts together; remove undoes what is outside of this process.
func (o options) assemble(logger *log.Logger) (*supervise.Service, *measure.Meter, func(), error) {
	remove := func() {}
	if err := o.confine(logger); err != nil {
		return nil, nil, remove, err
	}
	reaper, err := supervise.NewReaper()
	if err != nil {
		return nil, nil, remove, err
	}
	service := &supervise.Service{
		Command: o.command, Apps: o.apps, Host: o.host, Ports: o.ports, Proc: "/proc",
		Reaper: reaper, Stdout: os.Stdout, Stderr: os.Stderr, Log: logger,
		OOMKills: func() (uint64, bool) { return 0, false },
	}
	meter := &measure.Meter{Service: service}
	shared := true
	meter.Around, err = cgroup.Find("/")
	if err != nil {
		logger.Printf("no figures from a cgroup: %v", err)
	} else {
		meter.Own = meter.Around.Own(ours)
	}
	if o.cgroup != "" {
		if made := o.makeGroup(meter.Around, logger); made != nil {
			service.Spawn = made.Spawn
			meter.Around, meter.Own, shared = made.Group, made.Group, false
			remove = func() {
				if err := made.Remove(); err != nil {
					logger.Printf("remove cgroup %s: %v", o.cgroup, err)
				}
			}
		}
	} else if o.memory > 0 || o.pids > 0 {
		logger.Print("-memory and -pids do not hold: they need -cgroup")
	}
	if meter.Own != nil {
		service.OOMKills = meter.Own.OOMKills
	}
	meter.CPU = measure.NewCPU(service, meter.Own, shared)
	return service, meter, remove, nil
}

// ours judges, before the service is started, who is in the meter's cgroup. If
// the meter is process 1, all processes it can see are of its container.
func ours(pid int) bool {
	return pid == os.Getpid() || pid != 0 && os.Getpid() == 1
}
