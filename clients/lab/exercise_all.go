package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/exercise/building"
	"c10klab/clients/internal/exercise/class"
)

func exerciseGradeAllCommand() *cli.Command {
	return &cli.Command{
		Name:      "grade-all",
		Usage:     "grade all that a class handed in, into one table",
		ArgsUsage: "DIR",
		Description: "A row for each folder and each package (the .zip that pack makes) in DIR; in a student's folder without answers they\n" +
			"are looked for. What can't be graded is a row as well, with why, and stops no other: the exit status is 0 then, too.\n" +
			"Predictions are graded by the results that were handed in with them, which their owner can make up, or all by the\n" +
			"run that -results names. Nothing of a sheet's folder is executed. What students wrote in the other exercises is built\n" +
			"and graded in a container each, which has no network and no folder of this machine: that needs Docker, and an image\n" +
			"with the compilers. Of their files those alone are taken that are theirs to write.\n\n" +
			"status: passed, failed; late: answers that were changed after the first run scored nothing; undecided: too little is\n" +
			"decided by the results, no grade; unanswered; no run: there are no results; refused: the remark says why.\n" +
			"score = right / decided, 0 to 1. Tables in DIR itself (.csv, .json) are passed over.\n\n" +
			"Example: lab exercise grade-all -results mine/06-who-pays-for-idle-clients class > grades.csv",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "results", Usage: "grade all by the run in this `DIR`, or by the newest of the exercise folder DIR"},
			&cli.StringFlag{Name: "format", Value: class.Formats[0], Usage: "the `NAME` of the format: " + strings.Join(class.Formats, ", ")},
			&cli.StringFlag{Name: "image", Sources: cli.EnvVars("GO_IMAGE"), Usage: "build programs in this `IMAGE`, which must be present", DefaultText: strings.Join(buildImages, ", or ")},
			&cli.IntFlag{Name: "repeat", Value: 1, Usage: "play each case of a program `N` times: all must pass"},
		},
		Action: gradeAll,
	}
}

func gradeAll(ctx context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return usagef("lab exercise grade-all takes the folder of a class, and got %d", c.Args().Len())
	}
	format := c.String("format")
	if !slices.Contains(class.Formats, format) {
		return usagef("-format %q: choose from %s", format, strings.Join(class.Formats, ", "))
	}
	repeat := int(c.Int("repeat"))
	if repeat < 1 || repeat > building.MostRepeat {
		return usagef("-repeat %d: choose 1 to %d", repeat, building.MostRepeat)
	}
	o := class.Options{Results: runFolder(c.String("results")), Code: codeGrader(c.String("image"), repeat)}
	var table *class.Table
	err := class.Grade(ctx, c.Args().First(), o, func(r class.Row) (err error) {
		if table == nil { // the head comes once there is something below it
			if table, err = class.NewTable(os.Stdout, format); err != nil {
				return err
			}
		}
		return table.Add(r)
	})
	if table == nil {
		return err
	}
	return errors.Join(err, table.End())
}
