// Package merge puts runs of several machines side by side: what each says of what people say.
package merge

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
)

// Merged is several machines' runs.
type Merged struct {
	Machines []Machine
	Problems []string // what was not read or left out, and why
}

// Machine is what runs have in common whose figures may be expected to be alike.
type Machine struct {
	Letter string // A, B, ...: what tables call it
	Name   string // CPU, number of CPUs, kernel, network
	Runs   []Run  // by their beginning
}

// Run is one run, judged.
type Run struct {
	Name   string // A1, A2, ...
	Path   string
	Began  string // in UTC; empty: not known
	Ledger []claims.Entry
}

// Of groups runs by machine. A run that was given twice counts once.
func Of(runs []result.Run) Merged {
	var m Merged
	runs = slices.Clone(runs)
	slices.SortStableFunc(runs, func(a, b result.Run) int { return a.Manifest.Started.Compare(b.Manifest.Started) })
	byName := map[string][]result.Run{}
	var names []string
	for i, run := range runs {
		if twin := slices.IndexFunc(runs[:i], func(r result.Run) bool { return same(r, run) }); twin >= 0 {
			m.problem("%s is the run of %s once more, and counts once", run.Path, runs[twin].Path)
			continue
		}
		name := machine(run.Manifest)
		if byName[name] == nil {
			names = append(names, name)
		}
		byName[name] = append(byName[name], run)
	}
	slices.Sort(names)
	for i, name := range names {
		m.Machines = append(m.Machines, newMachine(letter(i), name, byName[name]))
		for _, run := range byName[name] {
			m.doubts(run)
		}
	}
	return m
}

// same says that two folders hold one run: no two begin at the same moment with the same seed on one machine.
func same(a, b result.Run) bool {
	return a.Path == b.Path || !a.Manifest.Started.IsZero() && a.Manifest.Started.Equal(b.Manifest.Started) &&
		a.Manifest.Plan.Seed == b.Manifest.Plan.Seed && machine(a.Manifest) == machine(b.Manifest)
}

func newMachine(letter, name string, runs []result.Run) Machine {
	m := Machine{Letter: letter, Name: name}
	for i, run := range runs {
		r := Run{Name: fmt.Sprintf("%s%d", letter, i+1), Path: run.Path, Ledger: claims.Ledger(run)}
		if began := run.Manifest.Started; !began.IsZero() {
			r.Began = began.UTC().Format("2006-01-02 15:04")
		}
		m.Runs = append(m.Runs, r)
	}
	return m
}

// doubts says what of a run was not read, or is not to be believed.
func (m *Merged) doubts(run result.Run) {
	if why := spike.Of(run).Void(); why != "" {
		m.problem("%s is %s", run.Path, why)
	}
	for _, p := range run.Problems {
		m.problem("%s: %s", run.Path, p)
	}
	if !run.Manifest.Complete {
		m.problem("%s was interrupted: this is what it had", run.Path)
	}
}

func (m *Merged) problem(format string, args ...any) {
	m.Problems = append(m.Problems, fmt.Sprintf(format, args...))
}

// machine says what makes one: two that are alike in all of it are told as one.
func machine(m result.Manifest) string {
	var words []string
	for _, w := range []string{or(m.Machine.CPU, "unknown CPU"), cpus(m), kernel(m.Machine.Kernel), m.Network} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}

func cpus(m result.Manifest) string {
	if m.Machine.CPUs == "" {
		return ""
	}
	return "CPUs " + m.Machine.CPUs
}

// kernel is the release, without the build's number and date.
func kernel(words string) string {
	release, _, _ := strings.Cut(words, " ")
	if release == "" {
		return ""
	}
	return "Linux " + release
}

func or(words, otherwise string) string { return cmp.Or(words, otherwise) }

// letter is A to Z, then AA.
func letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return letter(i/26-1) + letter(i%26)
}

// Disagree is the verdict where runs of one machine contradict each other.
const Disagree claims.Verdict = "runs disagree"

// Verdict is what a machine's runs say of a claim together. One that decides nothing takes nothing from
// those that do; of "confirmed" and "confirmed, smaller" the lesser holds.
func (m Machine) Verdict(id string) claims.Verdict {
	found := map[claims.Verdict]bool{}
	for _, r := range m.Runs {
		if e, ok := r.entry(id); ok {
			found[e.Verdict] = true
		}
	}
	if found[claims.Refuted] && (found[claims.Confirmed] || found[claims.Smaller]) {
		return Disagree
	}
	for _, v := range []claims.Verdict{claims.Refuted, claims.Smaller, claims.Confirmed, claims.Inconclusive} {
		if found[v] {
			return v
		}
	}
	return claims.Unsupported
}

func (r Run) entry(id string) (claims.Entry, bool) {
	i := slices.IndexFunc(r.Ledger, func(e claims.Entry) bool { return e.ID == id })
	if i < 0 {
		return claims.Entry{}, false
	}
	return r.Ledger[i], true
}

// Label is a run as a row names it.
func (r Run) Label() string {
	if r.Began == "" {
		return r.Name + "  " + filepath.Base(r.Path)
	}
	return r.Name + "  " + r.Began
}
