package gate

import (
	"fmt"
	"time"
)

// Gate 0: the machine is quiet.
const (
	SpinDrift  = 0.03                  // of the spin's time between the two probes
	StealShare = 0.01                  // of all CPUs' time
	OtherLoad  = 0.02                  // of one CPU
	LoadError  = 20 * time.Millisecond // of CPU time that the kernel's ticks can't tell from nothing
)

// Gate 3: the bottleneck is known.
const (
	ClientSpin = time.Microsecond // that the client takes longer for each reply
	SpinFall   = 0.03             // of the rate with it
	BusyShare  = 0.90             // of the wall time, of the busier side
)

// Gate 4: the client's bookkeeping.
const LittleError = 0.01 // of the connections

// Gate 5: all connections are served.
const (
	RollTime    = 2 * time.Second // for the roll call after the window
	JainIndex   = 0.9
	StarveShare = 0.1  // of the mean replies of a connection
	FairReplies = 20.0 // on average on each connection, below which one without a reply proves nothing
)

// Gate 6: an open loop keeps to its plan.
const (
	SentShare     = 0.99
	LatenessShare = 0.1 // of the percentile's response time
	LatenessLeast = 5 * time.Microsecond
)

// Gate 7: nothing interfered.
const (
	MeterShare    = 0.005                // of the CPU time that the meter measured
	MeterEdges    = 2 * time.Millisecond // of the meter's, that its readings at the window's two edges may take
	ConntrackFill = 0.25                 // of the table, at the start
)

// Gate 9: it was steady.
const (
	PartShare    = 0.5                   // of the median part's rate
	PartReplies  = 50                    // on average in a part, below which chance alone halves one: then there are fewer parts
	PartLength   = 50 * time.Millisecond // of a part at least: that another process had the CPU for its turn is no stall
	PartsLeast   = 3                     // below which there is nothing to compare
	LongestRatio = 10                    // of the 99th percentile
	LongestLeast = 100 * time.Millisecond
)

// Threshold is one bound that a gate judges by.
type Threshold struct {
	Name  string
	Value float64 // durations in seconds
}

// String is NAME=VALUE.
func (t Threshold) String() string { return fmt.Sprintf("%s=%v", t.Name, t.Value) }

// Thresholds lists all bounds in their order, to be hashed and put down before
// anything is measured.
func Thresholds() []Threshold {
	return []Threshold{
		{"SpinDrift", SpinDrift},
		{"StealShare", StealShare},
		{"OtherLoad", OtherLoad},
		{"LoadError", LoadError.Seconds()},
		{"ClientSpin", ClientSpin.Seconds()},
		{"SpinFall", SpinFall},
		{"BusyShare", BusyShare},
		{"LittleError", LittleError},
		{"RollTime", RollTime.Seconds()},
		{"JainIndex", JainIndex},
		{"StarveShare", StarveShare},
		{"FairReplies", FairReplies},
		{"SentShare", SentShare},
		{"LatenessShare", LatenessShare},
		{"LatenessLeast", LatenessLeast.Seconds()},
		{"MeterShare", MeterShare},
		{"MeterEdges", MeterEdges.Seconds()},
		{"ConntrackFill", ConntrackFill},
		{"PartShare", PartShare},
		{"PartReplies", PartReplies},
		{"PartLength", PartLength.Seconds()},
		{"PartsLeast", PartsLeast},
		{"LongestRatio", LongestRatio},
		{"LongestLeast", LongestLeast.Seconds()},
	}
}
