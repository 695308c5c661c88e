package class

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"c10klab/clients/internal/exercise/sandbox"
)

// Boxed grades programs that strangers wrote: built and run in the sandbox by the released lab, never on this machine itself.
type Boxed struct {
	Ready  func(context.Context) (Tools, error)                                                                   // asked for when the first program is there
	Find   func(dir string) (b Built, ok bool, err error)                                                         // Code; ok is false if nothing of it is a program
	Repeat int                                                                                                    // how often each case is played; all must pass
	Run    func(context.Context, sandbox.Limits, string, []sandbox.File, sandbox.Command) (sandbox.Output, error) // sandbox.Run
}

// Tools are what programs are graded with.
type Tools struct {
	Image string         // has the compilers
	Lab   []sandbox.File // the released lab as lab, and its models as bin/NAME
}

// Built is a submission that is a program.
type Built struct {
	Exercise string
	Who      string
	Points   int
	Seed     string            // that the folder says it was laid with; empty: the exercise has none
	Released map[string][]byte // the folder as start lays it for that seed, by the names of its files
	Own      []string          // the files that the student writes; all others are replaced by those released
}

// environment is the container's.
var environment = []string{"PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin", "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOPROXY=off", "GOTELEMETRY=off"}

// Grade grades one submission. Whatever becomes of it costs its own points only.
func (b Boxed) Grade(ctx context.Context, dir string, row Row) (Row, bool) {
	built, ok, err := b.Find(dir)
	if !ok {
		return row, false
	}
	row.Exercise, row.Who, row.Points = built.Exercise, built.Who, built.Points
	if err != nil {
		return row.refused(err), true
	}
	files, remarks, err := built.files(dir)
	if err != nil {
		return row.refused(err), true
	}
	tools, err := b.Ready(ctx)
	if err != nil {
		return row.refused(err), true
	}
	limits := sandbox.Common
	limits.Time *= time.Duration(max(1, b.Repeat))
	out, err := b.Run(ctx, limits, tools.Image, append(files, tools.Lab...), sandbox.Command{
		Args: []string{path.Join(sandbox.Inside, "lab"), "exercise", "grade-one", "-repeat", strconv.Itoa(max(1, b.Repeat)), path.Join(sandbox.Inside, below)},
		Env:  environment,
	})
	row = row.boxed(out, err)
	for _, r := range remarks {
		row.remark(r)
	}
	if built.Seed != "" {
		row.remark("seed " + built.Seed)
	}
	return row, true
}

// boxed is the row by what came out of the container.
func (r Row) boxed(out sandbox.Output, err error) Row {
	switch {
	case err != nil:
		return r.refused(err)
	case out.End != sandbox.Exited:
		return r.none(string(out.End))
	}
	var v Verdict
	if err := json.Unmarshal(out.Stdout, &v); err != nil {
		return r.none(fmt.Sprintf("exit status %d: %s", out.Status, last(string(out.Stderr))))
	}
	if v.Error != "" {
		return r.refused(fmt.Errorf("%s", v.Error))
	}
	r.Points, r.Right, r.Decided, r.Status = v.Points, v.Right, v.Decided, Undecided
	if v.gradable() {
		score := float64(v.Right) / float64(v.Decided)
		r.Score, r.Status = &score, Failed
	}
	if v.gradable() && v.Passed {
		r.Status = Passed
	}
	r.remark(v.Note)
	return r
}

// none is the row of a program that got no points: that it ended so is the program's own doing.
func (r Row) none(why string) Row {
	zero := 0.0
	r.Right, r.Decided, r.Score, r.Status = 0, r.Points, &zero, Failed
	r.remark(why)
	return r
}

// last is the last line that was said.
func last(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	if line := strings.TrimSpace(lines[len(lines)-1]); line != "" {
		return line
	}
	return "it printed no grade"
}
