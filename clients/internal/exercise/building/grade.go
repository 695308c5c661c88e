package building

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Options say how a folder is graded.
type Options struct {
	Only    string       // the case of this name alone; empty: all
	Repeat  int          // how often each case is played: all must pass; 0: once
	Draw    uint64       // what the clients say is drawn from it; 0: by chance
	Model   string       // the path of the lab's own server of this kind (Exercise.Model); empty: cost is undecided
	Command string       // how a case is repeated alone, before " -only NAME -draw NUMBER DIR"; empty: lab exercise grade
	Each    func(Result) // called as each case ends; may be nil
}

// MostRepeat bounds Options.Repeat.
const MostRepeat = 100

// State is what became of a case.
type State string

// The states.
const (
	Passed    State = "passed"
	Failed    State = "failed"
	Undecided State = "undecided" // this machine can't tell: its points count neither way
)

// Result is what became of one case.
type Result struct {
	Case    string        `json:"case"`
	Title   string        `json:"title"`
	Points  int           `json:"points"`
	State   State         `json:"state"`
	Words   string        `json:"words,omitempty"` // why it failed, or is undecided, in one line; of cost what was measured
	Times   int           `json:"times"`           // how often it was played
	Draw    uint64        `json:"draw"`            // what its clients said was drawn from: of the failed time, else of the first
	Took    time.Duration `json:"took_ns"`
	Failure *Failure      `json:"failure,omitempty"`
	Repeat  string        `json:"repeat"` // the command that repeats it alone

	unstarted bool // the server could not be started
}

// Grade is what a folder's server is worth.
type Grade struct {
	Exercise int      `json:"exercise"`
	Name     string   `json:"name"`
	Seed     string   `json:"seed"`
	Lang     Lang     `json:"lang"`
	Draw     uint64   `json:"draw"`
	Right    int      `json:"points_right"`
	Decided  int      `json:"points_decided"`
	Points   int      `json:"points"`
	Cases    []Result `json:"cases"`
}

// Score is the share of the decided points that were earned; 0 where nothing is decided.
func (g Grade) Score() float64 {
	if g.Decided == 0 {
		return 0
	}
	return float64(g.Right) / float64(g.Decided)
}

// Passed says whether every decided case passed, and one did.
func (g Grade) Passed() bool { return g.Decided > 0 && g.Right == g.Decided }

// ErrNoCase says that an exercise has no case of a name.
var ErrNoCase = errors.New("no such case")

// Grade builds the server and plays the cases, a fresh process for each. The error is one line: what doesn't compile (*CompileError),
// an option out of range, a case that doesn't exist (ErrNoCase), or ctx's end.
func (f Folder) Grade(ctx context.Context, o Options) (Grade, error) {
	g := Grade{Exercise: f.Exercise.Number, Name: f.Exercise.Name, Seed: f.Spec.Seed, Lang: f.Lang}
	cases := f.Exercise.Cases()
	if o.Only != "" {
		c, ok := f.Exercise.find(o.Only)
		if !ok {
			return g, fmt.Errorf("%w: exercise %d has no case %q: choose from %s", ErrNoCase, f.Exercise.Number, o.Only, names(cases))
		}
		cases = []Case{c}
	}
	if o.Repeat == 0 {
		o.Repeat = 1
	}
	if o.Repeat < 1 || o.Repeat > MostRepeat {
		return g, fmt.Errorf("each case %d times: choose 1 to %d", o.Repeat, MostRepeat)
	}
	if o.Draw == 0 {
		o.Draw = uint64(rand.Uint32())
	}
	g.Draw = o.Draw
	server, err := f.Build(ctx)
	if err != nil {
		return g, err
	}
	defer server.Close()
	var dead *Result // of a server that can't be started: it isn't tried again, case for case
	for _, c := range cases {
		r := f.next(ctx, server, c, o, dead)
		if ctx.Err() != nil {
			return g, context.Cause(ctx)
		}
		g.add(r)
		if r.unstarted {
			dead = &r
		}
		if o.Each != nil {
			o.Each(r)
		}
	}
	return g, nil
}

func (g *Grade) add(r Result) {
	g.Cases = append(g.Cases, r)
	g.Points += r.Points
	if r.State != Undecided {
		g.Decided += r.Points
	}
	if r.State == Passed {
		g.Right += r.Points
	}
}

func names(cases []Case) string {
	var all []string
	for _, c := range cases {
		all = append(all, c.Name)
	}
	return strings.Join(all, ", ")
}
