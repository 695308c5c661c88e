// Package class grades what a class handed in, folders and packages, into one table. Each is taken in under bounds and graded by
// itself: what is wrong with one is said in its row and stops no other.
package class

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/result"
)

// Status is what became of one submission.
type Status string

// The statuses.
const (
	Passed    Status = "passed"
	Failed    Status = "failed"     // graded, below the score to go on with
	Late      Status = "late"       // graded; answers that were changed after the first run scored nothing
	Undecided Status = "undecided"  // too little is decided by the results: no grade
	Empty     Status = "unanswered" // nothing is answered
	NoRun     Status = "no run"     // there are no results to grade it by
	Refused   Status = "refused"    // it can't be graded, and the remark says why
)

// Row is one submission in the table.
type Row struct {
	Folder   string   `json:"folder"`   // its path in the class's folder
	Who      string   `json:"who"`      // as the answers say
	Exercise string   `json:"exercise"` // such as 06-who-pays-for-idle-clients; empty: not known
	Points   int      `json:"points"`   // of all questions; 0 where the exercise is not known
	Right    int      `json:"right"`    // points that were earned
	Decided  int      `json:"decided"`  // points of the questions that the results decide
	Score    *float64 `json:"score"`    // right / decided, 0 to 1; nil: there is no grade
	Status   Status   `json:"status"`
	Remark   string   `json:"remark"` // what a teacher should know; may be empty
}

// Options are how a class is graded.
type Options struct {
	Results string        // a teacher's run that grades all, or the exercise folder that has it; empty: each by its own
	Limit   time.Duration // what one submission may take; 0: Patience
	Code    Grader        // grades exercises in which something is built; nil: there are none
}

// Grader grades a submission that is a program. dir holds plain files and folders alone, within Bounds; row has what is known
// already. ok is false if the submission is none of its exercises.
type Grader interface {
	Grade(ctx context.Context, dir string, row Row) (graded Row, ok bool)
}

// Patience is how long grading one sheet of predictions may take; it takes some 20 ms.
const Patience = time.Minute

// Grade grades all that lies in a class's folder, by name, and hands each row to tell as it comes. The error is about the folder
// itself, about Results, tell's own, or ctx's: never about one submission.
func Grade(ctx context.Context, dir string, o Options, tell func(Row) error) error {
	if o.Limit == 0 {
		o.Limit = Patience
	}
	if err := o.reference(); err != nil {
		return err
	}
	list, err := find(dir)
	if err != nil {
		return err
	}
	for _, s := range list {
		row := o.grade(ctx, s)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := tell(row.clean()); err != nil {
			return err
		}
	}
	return nil
}

// reference says whether there are results where Results says: it would stand in every row. Of which exercise they are is a matter of
// each row.
func (o Options) reference() error {
	if o.Results == "" {
		return nil
	}
	_, err := result.Read(o.Results)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if found, bad := filepath.Glob(filepath.Join(o.Results, exercise.ResultsFolder, "*", result.ManifestFile)); bad != nil || len(found) == 0 {
		return fmt.Errorf("%s: no run, and no exercise's folder with one: %w", o.Results, err)
	}
	return nil
}
