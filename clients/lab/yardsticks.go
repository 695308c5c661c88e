package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"c10klab/clients/internal/target"
)

// builtYardsticks are those whose binaries lie in the folder of the services'.
func builtYardsticks(dir string, list []target.Service) []target.Service {
	return slices.DeleteFunc(slices.Clone(list), func(s target.Service) bool {
		info, err := os.Stat(filepath.Join(dir, s.Program))
		return err != nil || info.IsDir()
	})
}

// yardsticksUp are those whose containers run: only these have names. A name that compose's resolver does not know it asks of
// the machine's, which may take long to say no.
func yardsticksUp(ctx context.Context, list []target.Service) (up []target.Service) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	found := make([]bool, len(list))
	var wg sync.WaitGroup
	for i, s := range list {
		wg.Go(func() {
			_, err := net.DefaultResolver.LookupHost(ctx, s.Name+".control")
			found[i] = err == nil
		})
	}
	wg.Wait()
	for i, s := range list {
		if found[i] {
			up = append(up, s)
		}
	}
	return up
}
