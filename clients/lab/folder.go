package main

import (
	"os"
	"path/filepath"
	"strings"

	"c10klab/clients/internal/target"
)

// inContainer says whether this is the lab's own container of compose.yaml.
func inContainer() bool { return target.DefaultFile() == "/compose.yaml" }

// typed is how this program is called where its user types.
func typed() string {
	if inContainer() {
		return "docker compose run --rm lab"
	}
	return "lab"
}

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
