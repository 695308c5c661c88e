package class

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/exercise/sheets"
)

// grade grades one submission, whatever it is.
func (o Options) grade(ctx context.Context, s submission) Row {
	row := Row{Folder: s.name}
	if s.wrong != nil {
		return row.refused(s.wrong)
	}
	dir, err := os.MkdirTemp("", "c10klab-class-")
	if err != nil {
		return row.refused(fmt.Errorf("no room to take it in: %w", err))
	}
	defer os.RemoveAll(dir)
	remarks, err := take(s.path, dir)
	if err == nil {
		row, err = o.taken(ctx, dir, row)
	}
	if err != nil {
		row = row.refused(err)
	}
	row.Remark = strings.ReplaceAll(row.Remark, dir, s.name)
	for _, r := range remarks {
		row.remark(r)
	}
	return row
}

// take takes in a folder or a package, and says what a teacher should know of it.
func take(from, to string) (remarks []string, err error) {
	info, err := os.Lstat(from)
	if err != nil {
		return nil, err
	}
	in, err := newIntake(to, Common)
	if err != nil {
		return nil, err
	}
	defer in.to.Close()
	if info.IsDir() {
		err = in.folder(from)
	} else if err = in.packed(from); err == nil {
		err = intact(to)
	}
	if errors.Is(err, errUnlisted) {
		remarks, err = append(remarks, err.Error()), nil
	}
	if n := len(in.out); n > 0 {
		remarks = append(remarks, "left out: "+strings.Join(in.out[:min(n, 5)], ", "))
	}
	return remarks, err
}

// taken grades what was taken in: as code if it is that, else as predictions.
func (o Options) taken(ctx context.Context, dir string, row Row) (Row, error) {
	if o.Code != nil {
		if graded, ok := o.Code.Grade(ctx, dir, row); ok {
			return graded, ctx.Err()
		}
	}
	return within(ctx, o.Limit, row, func() (Row, error) { return o.predictions(dir, row) })
}

// predictions grades a sheet. It runs nothing of the submission's.
func (o Options) predictions(dir string, row Row) (Row, error) {
	n, err := exercise.FolderNumber(dir)
	if err != nil {
		return row, err
	}
	e, err := sheets.Find(fmt.Sprint(n))
	if err != nil {
		return row, err
	}
	row.Exercise, row.Points = e.ID(), e.Points()
	a, err := exercise.ReadAnswers(dir, e.Sheet)
	row.Who = a.Who
	if err != nil {
		return row, err
	}
	if len(a.To) == 0 {
		row.Status, row.Remark = Empty, "nothing is answered"
		return row, nil
	}
	run, before, err := e.Latest(dir, o.Results)
	if errors.Is(err, exercise.ErrNoRun) {
		row.Status, row.Remark = NoRun, "no results to grade it by: a teacher's run can (-results DIR)"
		return row, nil
	}
	if err != nil {
		return row, err
	}
	row.of(e.Grade(a, run, before, e.Sheet.Questions))
	if n := len(run.Problems); n > 0 {
		row.remark(fmt.Sprintf("lines of results that can't be read: %d (%s)", n, run.Problems[0]))
	}
	return row, nil
}
