package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The kernel's names of what it sent again.
const (
	retransmitted    = "RetransSegs"
	lossProbes       = "TCPLossProbes"        // sent again to see whether something was lost
	lossProbesHelped = "TCPLossProbeRecovery" // something was
)

// Unthrottled is gate 7: no quota stopped a service.
func Unthrottled(service string, periods float64) string {
	if periods <= 0 {
		return ""
	}
	return fmt.Sprintf("%s was throttled in %.0f periods: pin services by cpuset, not by a quota", service, periods)
}

// NothingDropped is gate 7: no counter of the kernel's moved. It is not for
// experiments that are about drops, burst and overload.
func NothingDropped(before, after Counters) string {
	var moved []string
	by := grown(before, after)
	for _, name := range slices.Sorted(maps.Keys(by)) {
		if by[name] != 0 {
			moved = append(moved, fmt.Sprintf("%s by %d", name, by[name]))
		}
	}
	if moved == nil {
		return ""
	}
	return "the network dropped or repeated something: the kernel's counters moved, " + strings.Join(moved, ", ")
}

// grown is by how much each counter that is known at both times moved. The segments that were sent again are those that were
// lost: without the tail loss probes (RFC 8985, section 7) that found nothing lost. Such a probe repeats the last segment when no
// acknowledgement came for two round trips, which is what a server that leaves its clients waiting for some milliseconds looks like:
// the kernel puts off the acknowledgement to send it with the reply.
func grown(before, after Counters) map[string]int64 {
	by := map[string]int64{}
	for name, now := range after.Events {
		if was, known := before.Events[name]; known {
			by[name] = int64(now - was)
		}
	}
	if idle := by[lossProbes] - by[lossProbesHelped]; idle > 0 && by[retransmitted] > 0 {
		by[retransmitted] = max(by[retransmitted]-idle, 0)
	}
	delete(by, lossProbes)
	delete(by, lossProbesHelped)
	return by
}

// RoomToTrack is gate 7: the connection-tracking table has room at the start.
func RoomToTrack(before Counters) string {
	if before.ConntrackRoom == 0 || float64(before.Conntrack) < ConntrackFill*float64(before.ConntrackRoom) {
		return ""
	}
	return fmt.Sprintf("the connection-tracking table held %d of %d entries at the start, not less than %s: wait until they expire",
		before.Conntrack, before.ConntrackRoom, percent(ConntrackFill))
}

// MeterSmall is gate 7: what a meter itself takes is little beside what it
// measures, the CPU time of its service between the same two readings. The readings themselves take MeterEdges
// at most, at the window's edges: that is in no figure, for the meter's clock is subtracted.
func MeterSmall(service string, meter, measured time.Duration) string {
	if meter <= 0 || meter.Seconds() <= max(MeterShare*measured.Seconds(), MeterEdges.Seconds()) {
		return ""
	}
	return fmt.Sprintf("the meter of %s took %v of CPU beside the %v that it measured, more than %s", service, meter, measured, percent(MeterShare))
}
