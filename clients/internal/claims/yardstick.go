package claims

import (
	"fmt"
	"slices"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// mechanisms are the models of which there is a yardstick: a program in C, without a runtime, that speaks echo alone.
var mechanisms = []string{"iterative", "process", "thread", target.Reference, "proactor"}

// InC is what the yardsticks say of a claim, in the rounds in which the services were measured.
type InC struct {
	Verdict  Verdict   // of those tests that they can be put to
	Agrees   bool      // it is decided, and the services' verdict by the same tests is the same
	Findings []Finding // one for each of the claim's tests; without a verdict where there is no yardstick for it
}

// Tests is how many of the claim's tests the yardsticks can be put to.
func (c *InC) Tests() (n int) {
	for _, f := range c.Findings {
		if f.Verdict != "" {
			n++
		}
	}
	return n
}

// inC says whether the test can be put to yardsticks: there is one for each of its models, and its clients ask for echo.
func (t Test) inC() bool {
	for _, n := range t.Needs {
		e, err := experiment.Find(n.Experiment)
		if err != nil || e.Load == nil || len(e.Serves()) != 1 || e.App() != protocol.Echo {
			return false
		}
		for _, model := range n.Models {
			if !slices.Contains(mechanisms, model) {
				return false
			}
		}
	}
	return true
}

// Yardstick says whether a claim needs the yardstick of that model's mechanism in an experiment. Where one model is
// compared, it is with the reference's, which stands for the reference then.
func Yardstick(experiment, model string) bool {
	for _, c := range all {
		for _, t := range c.Tests {
			for _, n := range t.Needs {
				needed := slices.Contains(n.Models, model) || len(n.Models) == 1 && model == target.Reference
				if n.Experiment == experiment && needed && t.inC() {
					return true
				}
			}
		}
	}
	return false
}

// settle judges the claim by the services, and by the yardsticks, where they took part.
func (c Claim) settle(services Evidence, yardsticks *Evidence) Entry {
	entry := c.judge(services)
	if yardsticks == nil || c.Scope != InGo {
		return entry
	}
	in := &InC{Findings: make([]Finding, len(c.Tests))}
	var theirs, ours []Finding
	for i, t := range c.Tests {
		if t.inC() && yardsticks.met(t) {
			f := t.of(*yardsticks)
			v, why := t.Bar.judge(f)
			in.Findings[i] = Finding{f, v, why}
			theirs, ours = append(theirs, in.Findings[i]), append(ours, entry.Findings[i])
		}
	}
	if len(theirs) == 0 {
		return entry
	}
	in.Verdict = together(theirs)
	in.Agrees = in.Verdict.Decided() && in.Verdict == together(ours)
	if in.Agrees && len(theirs) == len(c.Tests) {
		entry.Scope = Mechanism
	}
	entry.InC = in
	return entry
}

// apart is the evidence of the services, and that of the yardsticks: each under the name of the model whose mechanism it
// has. Without a figure of any yardstick there is none of them.
func apart(run result.Run) (services Evidence, yardsticks *Evidence) {
	compared, inC := run.Apart()
	of, some := run.Manifest.Yardsticks(), false
	for i, r := range inC.Records {
		model, is := of[r.Model]
		some = some || is
		inC.Records[i].Model = model // none: a twin's, for the noise
	}
	if some {
		yardsticks = &Evidence{inC}
	}
	return Evidence{compared}, yardsticks
}

// isOfYardsticks says whether this is what the yardsticks showed. The reference's is measured as the others are, beside the
// reference itself: what is over it is over what it is to that.
func (e Evidence) isOfYardsticks() bool {
	services := e.run.Manifest.Services
	return len(services) > 0 && !slices.ContainsFunc(services, func(p result.Participant) bool { return p.Yardstick == "" })
}

// met says whether any of them was put to one of the test's experiments.
func (e Evidence) met(t Test) bool {
	return slices.ContainsFunc(e.run.Records, func(r result.Record) bool {
		return !r.Twin && slices.ContainsFunc(t.Needs, func(n Need) bool { return n.Experiment == r.Experiment })
	})
}

// Speaks says in words what a verdict speaks of; where the yardsticks say something else, that, too.
func (e Entry) Speaks() string {
	if e.InC == nil || e.Scope != InGo {
		return string(e.Scope)
	}
	return fmt.Sprintf("%s; in C%s: %s", e.Scope, e.byTests(), e.InC.Verdict)
}

// byTests says of how many tests the yardsticks' verdict is, unless it is of all.
func (e Entry) byTests() string {
	if n := e.InC.Tests(); n < len(e.Tests) {
		return fmt.Sprintf(", by %d of %d tests", n, len(e.Tests))
	}
	return ""
}

// Asks says what a claim's verdict can speak of: more than its scope, where yardsticks are measured, too.
func (c Claim) Asks() string {
	n := 0
	for _, t := range c.Tests {
		if t.inC() {
			n++
		}
	}
	switch {
	case n == 0 || c.Scope != InGo:
		return string(c.Scope)
	case n == len(c.Tests):
		return fmt.Sprintf("%s; %s, where the yardsticks in C agree", InGo, Mechanism)
	}
	return fmt.Sprintf("%s; %d of %d tests are put to yardsticks in C, too", InGo, n, len(c.Tests))
}
