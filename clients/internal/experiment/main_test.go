package experiment

import (
	"os"
	"testing"

	"c10klab/clients/internal/kernelfacts"
	"c10klab/clients/internal/switches"
)

func TestMain(m *testing.M) {
	switches.ChildMain()
	kernelfacts.ChildMain()
	_ = os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0") // a child built with -race would sleep for a second before it ends
	os.Exit(m.Run())
}
