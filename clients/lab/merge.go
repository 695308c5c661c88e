package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/compare/runs"
	"c10klab/clients/internal/merge"
	"c10klab/clients/internal/result"
)

func mergeCommand() *cli.Command {
	return &cli.Command{
		Name:      "merge",
		Usage:     "put runs of several machines side by side: what each says of what people say",
		ArgsUsage: "DIR...",
		Description: "Each DIR is the folder of a run, a folder of such folders (another machine's results/)\n" +
			"or an archive (tar, tar.gz, zip) of either. Runs are grouped by machine: CPU, number of\n" +
			"CPUs, kernel, network. Each is judged by its own figures. What can't be read is told,\n" +
			"and the rest is merged.\n\n" +
			"Without -o: tables, on standard output. With -o: merged.html, a page that loads\n" +
			"nothing, and a forest plot for each claim (CLAIM.svg).\n\nExamples:\n" +
			"  lab merge results other-machine/results\n" +
			"  lab merge -o merged/ results/20261121T201503Z laptop.tar.gz",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "o", Usage: "write page and plots into this `FOLDER`"},
			&cli.StringFlag{Name: "format", Usage: "text (to standard output) or html (into the folder of -o)", DefaultText: "html with -o, else text"},
		},
		Action: mergeAction,
	}
}

func mergeAction(_ context.Context, c *cli.Command) error {
	out, format := c.String("o"), c.String("format")
	switch {
	case !c.Args().Present():
		return usagef("lab merge takes the folders of runs, DIR..., and got none")
	case format != "" && format != "text" && format != "html":
		return usagef("-format %q: choose from text, html", format)
	case format == "html" && out == "":
		return usagef("-format html: say into which folder with -o")
	case format == "text" && out != "":
		return usagef("-format text goes to standard output, not into -o %s", out)
	}
	merged, err := mergeRuns(c.Args().Slice())
	if err != nil {
		return err
	}
	if out == "" {
		merged.Write(os.Stdout)
		return nil
	}
	files, err := merged.Files()
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := saveMerged(filepath.Join(out, f.Name), f.Text); err != nil {
			return err
		}
	}
	return nil
}

// mergeRuns reads what can be read; none at all is an error.
func mergeRuns(paths []string) (merge.Merged, error) {
	var found []result.Run
	var unread []error
	for _, path := range paths {
		more, problems, err := runs.All(path)
		found, unread = append(found, more...), append(unread, problems...)
		if err != nil {
			unread = append(unread, err)
		}
	}
	if len(found) == 0 {
		return merge.Merged{}, errors.Join(unread...)
	}
	m := merge.Of(found)
	for _, err := range unread {
		m.Problems = append(m.Problems, err.Error())
	}
	return m, nil
}

func saveMerged(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("writing the merged runs: %w", err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return fmt.Errorf("writing the merged runs: %w", err)
	}
	fmt.Println(path)
	return give(path)
}
