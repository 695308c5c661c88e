package main

import (
	"os"
	"path/filepath"
	"strings"
)

// runFolder is where the run of that name lies. In the lab's container the checkout's results stand at /results: there
// results/NAME, as a run names its own folder, is found all the same.
func runFolder(path string) string {
	if _, err := os.Stat(path); err == nil || defaultResults() != "/results" {
		return path
	}
	if name, ok := strings.CutPrefix(filepath.Clean(path), "results/"); ok {
		return filepath.Join("/results", name)
	}
	return path
}
