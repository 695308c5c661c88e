// Package conformance holds any server to the wire contract, from outside: it
// opens connections, says things and compares every byte that comes back.
//
// A case is one sentence of the contract. The cases of one application stand in
// the file of its name (work and wait in numbers.go). What is asked of every
// server beside what it says stands in behaviour.go (resets, clients that never
// read), crowd.go (many clients, and many applications) and, where it needs the
// meter, in cost.go (what it holds) and stop.go (how it ends).
//
// What each client does and sees is recorded, within bounds; a case that fails
// makes of it what there is to learn (failure.go, transcript.go), package timeline
// a picture. A case that passes keeps nothing.
package conformance

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"c10klab/services/protocol"
)

// Target is the server under test.
type Target struct {
	Name     string                  // the model, for the table of declarations; may be empty
	Addrs    map[protocol.App]string // host:port of each application that it speaks
	Control  Control                 // the meter; nil where there is none
	Waiter   Waiter                  // tells what the server's threads wait in; nil: Control does, if it can
	Visits   int                     // how often connect-and-leave comes; 0: 100
	Patience time.Duration           // the longest that one answer may take; 0: 5 s
}

// apps returns the applications that have an address, in their order.
func (t Target) apps() (spoken []protocol.App) {
	for _, app := range protocol.Apps() {
		if _, ok := t.Addrs[app]; ok {
			spoken = append(spoken, app)
		}
	}
	return spoken
}

// Control is the meter in front of the server, where there is one.
type Control interface {
	// Restart starts a fresh process that serves apps alone, and returns when it listens.
	Restart(ctx context.Context, apps []protocol.App, args ...string) error
	// Stop sends SIGTERM and returns how the process ended, at the latest when it is killed for being overdue.
	Stop(ctx context.Context) (protocol.Exit, error)
	// Metrics returns the figures by metric name, labels included, such as lab_service_descriptors.
	Metrics(ctx context.Context) (map[string]float64, error)
}

// Case is one sentence of the contract that a server can keep or break.
type Case struct {
	Name     string        // application and what is asked of it: "menu/exit"
	App      protocol.App  // the application it talks to
	All      bool          // talks to all the others, too
	Title    string        // what must hold, in one line
	Quick    bool          // belongs to the subset that goes before every measurement
	Together int           // conversations that must be served at the same time; 0 and 1: one after the other
	Meter    bool          // needs Target.Control
	Timeout  time.Duration // for the whole case; 0: 30 s
	run      func(*script)
}

// Outcome is how a case ended.
type Outcome string

// The outcomes of a case. A declared one is no failure: the table in
// declared.go, or the missing meter, says why it can't pass there.
const (
	Pass     Outcome = "pass"
	Fail     Outcome = "fail"
	Declared Outcome = "declared"
)

// Result is what became of one case.
type Result struct {
	Case       string        `json:"case"`
	App        string        `json:"app"`
	Title      string        `json:"title"`
	Outcome    Outcome       `json:"outcome"`
	Reason     string        `json:"reason,omitempty"`     // why it failed, or is declared
	Took       time.Duration `json:"took_ns"`              //
	Transcript []string      `json:"transcript,omitempty"` // of a failed case: what each client did and saw, and when
	Failure    *Failure      `json:"failure,omitempty"`    // of a failed case: what there is to learn
	Recording  *Recording    `json:"-"`                    // of a failed case: what the transcript is made of
}

// Cases returns all cases in the order of the applications.
func Cases() []Case {
	return slices.Concat(echoCases(), behaviourCases(), crowdCases(), costCases(), countCases(), menuCases(), pageCases(), workCases(), waitCases(), stopCases())
}

// spokenIn says whether a server that speaks these applications can be put to the case.
func (c Case) spokenIn(apps []protocol.App) bool {
	return slices.Contains(apps, c.App) && (!c.All || len(apps) == len(protocol.Apps()))
}

// Quick returns those of the cases that are in the quick subset.
func Quick(cases []Case) []Case {
	return slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return !c.Quick })
}

// Select returns the cases of the applications whose name the regular
// expression matches anywhere, as go test -run does; an empty one matches all.
// It is an error if the expression does not parse, or matches no case.
func Select(apps []protocol.App, pattern string) ([]Case, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("pattern of cases %q: %w", pattern, err)
	}
	var out []Case
	for _, c := range Cases() {
		if c.spokenIn(apps) && re.MatchString(c.Name) {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no case of %s matches %q; there are %s", protocol.JoinApps(apps), pattern, listed(apps))
	}
	return out, nil
}

// listed names all cases of the applications, in one line.
func listed(apps []protocol.App) string {
	var names []string
	for _, c := range Cases() {
		if c.spokenIn(apps) {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, " ")
}

// Failed returns those of the results that are failures.
func Failed(results []Result) []Result {
	return slices.DeleteFunc(slices.Clone(results), func(r Result) bool { return r.Outcome != Fail })
}

// Run puts the cases to the target, one after the other, and hands each result
// to each (which may be nil) as it comes. A case that talks to an application
// that has no address in the target is left out. If ctx ends, Run returns what it has.
func Run(ctx context.Context, t Target, cases []Case, each func(Result)) []Result {
	var out []Result
	for _, c := range cases {
		if !c.spokenIn(t.apps()) {
			continue
		}
		r := runCase(ctx, t, c)
		if ctx.Err() != nil {
			break
		}
		out = append(out, r)
		if each != nil {
			each(r)
		}
	}
	return out
}

// runCase plays one case, or what its declaration asks for instead.
func runCase(ctx context.Context, t Target, c Case) (r Result) {
	r = Result{Case: c.Name, App: c.App.String(), Title: c.Title, Outcome: Pass}
	started := time.Now()
	defer func() { r.Took = time.Since(started) }()
	if c.Meter && t.Control == nil {
		r.Outcome, r.Reason = Declared, "no meter here: nothing can stop, restart or look into this server"
		return r
	}
	run := c.run
	d, isDeclared := declaredFor(t.Name, c.Name)
	if isDeclared {
		r.Outcome, r.Reason, run = Declared, d.reason, d.instead
	}
	if run != nil {
		if s := play(ctx, t, c, run); s.reason != "" {
			r.Outcome, r.Reason, r.Failure = Fail, s.reason, &s.failure
			r.Recording = s.failed
			r.Transcript = s.failed.Lines(s.failure.Client)
		}
	}
	return r
}

// cases gives the cases of one application its name.
func cases(app protocol.App, list ...Case) []Case {
	for i := range list {
		list[i].App = app
		list[i].Name = app.String() + "/" + list[i].Name
	}
	return list
}
