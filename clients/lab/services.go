package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/local"
	"c10klab/clients/internal/target"
)

// Flags that several commands have.
func composeFlag() cli.Flag {
	return &cli.StringFlag{Name: "compose", Usage: "the compose `FILE` that lists the services", Value: target.DefaultFile()}
}

func localFlag() cli.Flag {
	return &cli.StringFlag{Name: "local", Usage: "start the services from `DIR` (meter, and a binary per model) as plain processes, without Docker"}
}

// startLocal starts the services as processes of this machine.
func startLocal(dir string, services []target.Service) (*local.Fleet, local.Network, error) {
	network, _ := local.Entered()
	if err := network.Prepare(services[0].Limits.Somaxconn); err != nil {
		return nil, network, fmt.Errorf("preparing a network of its own: %w", err)
	}
	fleet, err := local.Start(dir, services, network)
	return fleet, network, err
}

// inDocker returns the targets that compose's networks give. Where their names
// mean nothing, this is not one of compose's containers.
func inDocker(ctx context.Context, services []target.Service) ([]target.Target, error) {
	var out []target.Target
	for _, s := range services {
		out = append(out, target.InDocker(s))
	}
	if _, err := os.Stat("/compose.yaml"); err == nil {
		return out, nil // the lab's own container; a service may still be on its way up
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	name := services[0].Name + ".control"
	_, err := net.DefaultResolver.LookupHost(ctx, name)
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return nil, fmt.Errorf("%s can't be resolved, so this is no container of the lab's networks: "+
			"type `docker compose up`, or start the services without Docker with -local DIR", name)
	}
	return out, err
}
