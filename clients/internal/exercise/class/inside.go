package class

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/exercise/building"
	"c10klab/clients/internal/exercise/finding"
)

// Verdict is what is found inside of the container, as it is printed there.
type Verdict struct {
	Points  int    `json:"points"`
	Right   int    `json:"points_right"`
	Decided int    `json:"points_decided"`
	Passed  bool   `json:"passed"`
	Note    string `json:"note,omitempty"`  // what failed, in a line
	Error   string `json:"error,omitempty"` // why it can't be graded: no fault of the program's
}

// gradable says whether enough is decided, as it does of predictions.
func (v Verdict) gradable() bool {
	return v.Points > 0 && float64(v.Decided) >= exercise.Enough*float64(v.Points)
}

// Inside builds and grades the program in a folder: what Boxed has done in the container. bin is where the lab's own models are.
func Inside(ctx context.Context, dir, bin string, repeat int) Verdict {
	v, err := inside(ctx, dir, bin, repeat)
	if err != nil {
		v.Error = err.Error()
	}
	return v
}

func inside(ctx context.Context, dir, bin string, repeat int) (Verdict, error) {
	if building.Is(dir) {
		return insideBuilt(ctx, dir, bin, repeat)
	}
	n, err := exercise.FolderNumber(dir)
	if err != nil {
		return Verdict{}, err
	}
	e, err := finding.Find(fmt.Sprint(n))
	if err != nil {
		return Verdict{}, err
	}
	g, err := e.Grade(ctx, dir)
	if err != nil {
		return Verdict{}, err
	}
	v := Verdict{Points: g.Points(), Right: g.Earned(), Decided: g.Points(), Passed: g.Passed()}
	var wrong []string
	for _, i := range g.Items {
		if !i.Right {
			wrong = append(wrong, i.Name+": "+i.Why)
		}
	}
	v.Note = strings.Join(wrong, "; ")
	return v, nil
}

func insideBuilt(ctx context.Context, dir, bin string, repeat int) (v Verdict, err error) {
	f, err := building.Open(dir, "")
	if err != nil {
		return v, err
	}
	o := building.Options{Repeat: repeat}
	if model := filepath.Join(bin, f.Exercise.Model); isFile(model) {
		o.Model = model
	}
	g, err := f.Grade(ctx, o)
	if compiler := new(building.CompileError); errors.As(err, &compiler) {
		return Verdict{Points: f.Exercise.Points(), Decided: f.Exercise.Points(), Note: compiler.Error()}, nil
	}
	if err != nil {
		return v, err
	}
	v = Verdict{Points: g.Points, Right: g.Right, Decided: g.Decided, Passed: g.Passed()}
	v.Note = notPassed(g.Cases)
	return v, nil
}

// notPassed says of the cases that did not pass why, once for all that have the same reason.
func notPassed(cases []building.Result) string {
	var reasons []string
	of := map[string][]string{}
	for _, r := range cases {
		if r.State == building.Passed {
			continue
		}
		reason := fmt.Sprintf("%s: %s", r.State, r.Words)
		if of[reason] == nil {
			reasons = append(reasons, reason)
		}
		of[reason] = append(of[reason], r.Case)
	}
	for i, reason := range reasons {
		reasons[i] = strings.Join(of[reason], ", ") + " " + reason
	}
	return strings.Join(reasons, "; ")
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
