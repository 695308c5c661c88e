package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/local"
	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/target"
)

// executeAnew executes this program again with the same arguments: pinned to a
// CPU that the services, on these CPUs, do not use, and in a network of its own
// if asked and allowed. It returns on an error only, or with the exit status of
// a child that did all the work.
func executeAnew(ownNetwork bool, servers string) error {
	runtime.LockOSThread() // network and affinity are this thread's alone, and execve keeps them
	var env []string
	if _, entered := local.Entered(); ownNetwork && !entered {
		mark, status, child := local.Enter()
		if child {
			return exitError(status)
		}
		env = append(env, mark)
	}
	cpus, err := pin.ParseList(servers)
	if err != nil {
		return fmt.Errorf("the services' CPUs: %w", err)
	}
	allowed, err := pin.Allowed()
	if err != nil {
		return err
	}
	choice, err := pin.Choose(cpus, allowed, pin.Siblings)
	if err != nil {
		return err
	}
	return pin.Exec(choice, env...)
}

// configuredCPUs is what compose.yaml gives the services; all CPUs if it says nothing.
func configuredCPUs(services []target.Service) string {
	for _, s := range services {
		if s.Limits.CPUs != "" {
			return s.Limits.CPUs
		}
	}
	var all []string
	for _, cpu := range pin.Online() {
		all = append(all, fmt.Sprint(cpu))
	}
	return strings.Join(all, ",")
}

// foundCPUs asks the services' meters on which CPUs they run, until one answers:
// they know better than a file whose variables another shell may have set.
func foundCPUs(ctx context.Context, targets []target.Target) string {
	for began := time.Now(); time.Since(began) < wait && ctx.Err() == nil; {
		for _, t := range targets {
			meter := control.New(t.Control)
			asking, cancel := context.WithTimeout(ctx, time.Second)
			r, err := meter.Metrics(asking)
			cancel()
			meter.Close()
			if err == nil && r.CPUSet != "" {
				return r.CPUSet
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	services := make([]target.Service, len(targets))
	for i, t := range targets {
		services[i] = t.Service
	}
	return configuredCPUs(services)
}
