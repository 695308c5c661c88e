// Package trace puts a small schedule of arrivals to a service and writes down which
// system calls each of its serving threads makes, in which order, and what it then
// waits in. Time is in none of it: a step ends when the whole service has come to rest.
package trace

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Verb is what a client does in one step.
type Verb string

// The verbs, in the order in which a client may use them. A client that was silent
// or sent may stay to the end; Shut and Leave are the last that it does.
const (
	Connect Verb = "connect"
	Send    Verb = "send"
	Shut    Verb = "half-close" // shutdown(2): it has no more to say, and still listens
	Leave   Verb = "leave"      // close(2)
)

// Action is one step of a schedule: one client does one thing.
type Action struct {
	Client int  `json:"client"` // 1 is the first one that connects
	Verb   Verb `json:"verb"`
	Bytes  int  `json:"bytes,omitempty"` // how many are sent, 1 to 9
}

// Name is how a client is told, such as c1.
func Name(client int) string { return fmt.Sprintf("c%d", client) }

func (a Action) String() string {
	switch a.Verb {
	case Connect:
		return Name(a.Client) + " connects"
	case Send:
		return fmt.Sprintf("%s sends %d bytes", Name(a.Client), a.Bytes)
	case Shut:
		return Name(a.Client) + " half-closes"
	}
	return Name(a.Client) + " leaves"
}

// Make draws a schedule: two to four clients, each of which connects, sends up to two
// times, and half-closes, leaves or stays. The seed alone decides, so that the same arrivals
// can be put to two models. Somebody sends, and two clients at least are there at a time.
func Make(seed uint64) []Action {
	r := rand.New(rand.NewPCG(seed, 10_000))
	for {
		if s := draw(r); interesting(s) {
			return s
		}
	}
}

// draw makes each client's own list and shuffles the lists into one, keeping their order.
func draw(r *rand.Rand) (s []Action) {
	todo := make([][]Action, 2+r.IntN(3))
	for i := range todo {
		c := i + 1
		todo[i] = []Action{{Client: c, Verb: Connect}}
		for range r.IntN(3) {
			todo[i] = append(todo[i], Action{Client: c, Verb: Send, Bytes: 2 + r.IntN(8)})
		}
		switch r.IntN(3) {
		case 0:
			todo[i] = append(todo[i], Action{Client: c, Verb: Shut})
		case 1:
			todo[i] = append(todo[i], Action{Client: c, Verb: Leave})
		}
	}
	for came := 0; ; {
		open := []int{}
		for i := range todo {
			if len(todo[i]) > 0 && i <= came { // they connect in the order of their numbers
				open = append(open, i)
			}
		}
		if len(open) == 0 {
			return s
		}
		i := open[r.IntN(len(open))]
		s = append(s, todo[i][0])
		if todo[i] = todo[i][1:]; i == came {
			came++
		}
	}
}

// interesting leaves out what teaches nothing: nobody sends, nobody leaves, or one has gone before the next comes.
func interesting(s []Action) bool {
	sends := slices.ContainsFunc(s, func(a Action) bool { return a.Verb == Send })
	ends, here, most := false, 0, 0
	for _, a := range s {
		switch a.Verb {
		case Connect:
			here++
			most = max(most, here)
		case Shut, Leave:
			ends = true
			here--
		}
	}
	return sends && ends && most > 1
}
