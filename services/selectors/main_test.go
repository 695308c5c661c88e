package main

import (
	"testing"

	"c10klab/services/internal/launch"
)

func TestMain(m *testing.M) { launch.Main(m, map[string]func(){"selectors": main}) }

func TestTheServiceOverEachCall(t *testing.T) { launch.OverEachCall(t, "selectors") }

func TestSelectServesThoseItHasBitsFor(t *testing.T) { launch.FullSelect(t, "selectors") }
