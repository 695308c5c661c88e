package tests

import (
	"testing"

	"c10klab/services/protocol"
)

// ofEachModel are the tests that every service passes by being listed in
// compose.yaml. They share one container a model and run in this order, each
// from the service's fresh start with all applications.
var ofEachModel = []struct {
	name string
	test func(*testing.T, *running)
}{
	{"Crowd", testCrowd}, // first: it compares with the most memory that the container ever had
	{"Limits", testLimits},
	{"Unprivileged", testUnprivileged},
	{"Waits", testWaits},
	{"TwoClients", testTwoClients},
	{"Chat", testChat},
	{"Swarm", testSwarm},
	{"Load", testLoad},
	{"RestartWithOneApplication", testRestartWithOneApplication},
	{"LeaseEnds", testLeaseEnds},
	{"Signal", testSignal},
	{"Conformance", testConformance},
	{"StopByMeterWithAnswersOwed", testStopByMeterWithAnswersOwed},
	{"StopWithAnswersOwed", testStopWithAnswersOwed}, // last: it ends the container
}

// A few models at a time: nothing is measured in any of them. One model alone is
// go test -run TestModels/epoll, one test of all is go test -run TestModels/.*/Waits.
func TestModels(t *testing.T) {
	needDocker(t)
	t.Cleanup(func() { t.Log(crowds.table(manyClients)) })
	for _, s := range models(t) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			r := start(t, s, protocol.Apps()...)
			for _, each := range ofEachModel {
				t.Run(each.name, func(t *testing.T) {
					r.order(t, "/restart")
					each.test(t, r)
				})
			}
		})
	}
}
