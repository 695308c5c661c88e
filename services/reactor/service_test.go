package main

import (
	"testing"

	"c10klab/services/internal/launch"
)

func TestMain(m *testing.M) { launch.Main(m, map[string]func(){"reactor": main}) }

func TestTheServiceOverEachCall(t *testing.T) { launch.OverEachCall(t, "reactor") }

func TestASilentClientIsClosedAndOneThatWaitsIsNot(t *testing.T) {
	s := launch.Start(t, "reactor", "-idle=50ms")
	silent, waits := s.Dial(t, "echo"), s.Dial(t, "wait")
	waits.Say(t, "500\n")
	silent.Say(t, "hello")
	silent.Hear(t, "hello")
	silent.HearTheEnd(t)
	waits.Hear(t, "waited 500\n")
	waits.HearTheEnd(t)
	s.Terminate(t)
}

func TestSelectServesThoseItHasBitsFor(t *testing.T) { launch.FullSelect(t, "reactor") }
