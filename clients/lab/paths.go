package main

import (
	"context"
	"net"
	"time"

	"c10klab/clients/internal/target"
)

// pathsUp are all the ways or none, for compose starts them together: whether they are up one can tell by those whose meters
// have names. One of them shares the lab's own network, so it comes up after the lab; the run waits for it as for the others.
func pathsUp(ctx context.Context, list []target.Service) []target.Service {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for _, s := range list {
		host, _, err := net.SplitHostPort(s.Meter)
		if err != nil || net.ParseIP(host) != nil {
			continue
		}
		if _, err := net.DefaultResolver.LookupHost(ctx, host); err == nil {
			return list
		}
	}
	return nil
}
