package main

import (
	"testing"

	"c10klab/services/internal/launch"
)

func TestMain(m *testing.M) { launch.Main(m, map[string]func(){"events": main}) }

// With a minute between two rounds, whoever is ready must be served at once.
func TestThePeriodDelaysNobodyWhoIsReady(t *testing.T) {
	s := launch.Start(t, "events", "-poll=1m")
	a, b := s.Dial(t, "echo"), s.Dial(t, "menu")
	b.Hear(t, "Welcome to 10086. Enter 1xxx, or 0 for an agent.\n")
	for range 3 {
		a.Say(t, "hello")
		a.Hear(t, "hello")
		b.Say(t, "0\n0\n")
		b.Hear(t, "This call may be recorded.\nThis call may be recorded.\n")
	}
	s.Terminate(t)
}
