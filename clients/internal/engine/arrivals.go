package engine

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Arrivals say when requests are due. The zero value is a closed loop without
// think time: the next request is due when the reply to the last one is in.
//
// The two kinds answer different questions (Schroeder, Wierman, Harchol-Balter,
// "Open versus closed: a cautionary tale", NSDI 2006). In a closed loop a slow
// server is asked less, so its rate is what is compared. In an open loop it is
// asked as much as a fast one, so its response times are.
type Arrivals struct {
	kind  arrivalKind
	rate  float64 // requests per second on all connections, open loop
	think time.Duration
	seed  uint64
}

type arrivalKind uint8

const (
	closed arrivalKind = iota
	thinkFixed
	thinkExp
	openFixed
	openPoisson
)

// Bounds of Arrivals.
const (
	MaxRate  = 5e6 // requests per second of one group
	MaxThink = 10 * time.Minute
)

// Closed is a closed loop without think time.
func Closed() Arrivals { return Arrivals{} }

// Think is a closed loop in which each reply is followed by a pause of that
// length (above 0, at most MaxThink) before the next request. A pipeline of k
// is k such users on one connection. They begin spread over one think time, so
// that they don't all ask at once.
func Think(d time.Duration) Arrivals { return Arrivals{kind: thinkFixed, think: d} }

// ThinkExp is Think with pauses that are exponentially distributed with that mean.
func ThinkExp(mean time.Duration, seed uint64) Arrivals {
	return Arrivals{kind: thinkExp, think: mean, seed: seed}
}

// Fixed is an open loop: that many requests per second (above 0, at most
// MaxRate) on all connections together, evenly spaced, due on one connection
// after the other, whatever the server does.
func Fixed(rate float64) Arrivals { return Arrivals{kind: openFixed, rate: rate} }

// Poisson is an open loop like Fixed, but the requests are due at random times,
// as those of many people are who don't know of each other: a Poisson process
// of that rate, made of an independent one for each connection. What arrives
// in bunches has to queue even below capacity; an even spacing flatters a server.
func Poisson(rate float64, seed uint64) Arrivals {
	return Arrivals{kind: openPoisson, rate: rate, seed: seed}
}

// Open reports whether it is an open loop.
func (a Arrivals) Open() bool { return a.kind >= openFixed }

func (a Arrivals) random() bool { return a.kind == thinkExp || a.kind == openPoisson }

func (a Arrivals) check() error {
	switch {
	case a.kind == closed:
	case a.Open() && !(a.rate > 0 && a.rate <= MaxRate): // NaN, too
		return fmt.Errorf("%v requests per second: choose above 0, at most %d", a.rate, int(MaxRate))
	case !a.Open() && (a.think <= 0 || a.think > MaxThink):
		return fmt.Errorf("think time of %v: choose above 0, at most %v", a.think, MaxThink)
	}
	return nil
}

var arrivalNames = [...]string{closed: "closed", thinkFixed: "think", thinkExp: "think-exp", openFixed: "fixed", openPoisson: "poisson"}

// String is such as closed, think:20ms, think-exp:20ms:SEED, fixed:1000 or poisson:1000:SEED.
func (a Arrivals) String() string {
	s := arrivalNames[a.kind]
	switch {
	case a.Open():
		s += ":" + strconv.FormatFloat(a.rate, 'f', -1, 64)
	case a.kind != closed:
		s += ":" + a.think.String()
	}
	if a.random() {
		s += ":" + strconv.FormatUint(a.seed, 10)
	}
	return s
}

// ParseArrivals is the inverse of String.
func ParseArrivals(text string) (Arrivals, error) {
	words := strings.Split(text, ":")
	a := Arrivals{kind: math.MaxUint8}
	for kind, name := range arrivalNames {
		if name == words[0] {
			a.kind = arrivalKind(kind)
		}
	}
	want, err := 1, error(nil)
	switch {
	case a.kind == math.MaxUint8:
		return Arrivals{}, fmt.Errorf("arrivals %q: choose among %s", text, strings.Join(arrivalNames[:], ", "))
	case a.random():
		want = 3
	case a.kind != closed:
		want = 2
	}
	if len(words) != want {
		return Arrivals{}, fmt.Errorf("arrivals %q: %d values after the name, not %d", text, want-1, len(words)-1)
	}
	if a.Open() {
		a.rate, err = strconv.ParseFloat(words[1], 64)
	} else if a.kind != closed {
		a.think, err = time.ParseDuration(words[1])
	}
	if err == nil && a.random() {
		a.seed, err = strconv.ParseUint(words[2], 10, 64)
	}
	if err == nil {
		err = a.check()
	}
	if err != nil {
		return Arrivals{}, fmt.Errorf("arrivals %q: %w", text, err)
	}
	return a, nil
}
