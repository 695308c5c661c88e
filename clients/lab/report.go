package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/report/page"
	"c10klab/clients/internal/result"
)

// format is one way to write a report.
type format struct {
	name    string
	endings []string // of file names; the first is that of a file which the lab names
	write   func(report.Summary, io.Writer) error
}

var formats = []format{
	{"text", []string{".txt"}, func(s report.Summary, out io.Writer) error { s.Write(out); return nil }},
	{"markdown", []string{".md", ".markdown"}, func(s report.Summary, out io.Writer) error { return s.WriteMarkdown(out) }},
	{"csv", []string{".csv"}, func(s report.Summary, out io.Writer) error { return s.WriteCSV(out) }},
	{"html", []string{".html", ".htm"}, func(s report.Summary, out io.Writer) error { return page.Write(out, s) }},
}

func reportCommand() *cli.Command {
	return &cli.Command{
		Name:      "report",
		Usage:     "show a run again, from its results alone: tables, CSV, a page with plots",
		ArgsUsage: "DIR",
		Description: "DIR is the folder that a run left, such as results/20261121T201503Z. Nothing is\n" +
			"measured; the same results give the same report. The formats: text, all of it for a\n" +
			"terminal; markdown, the same tables; csv, a line for each cell; html, one file with tables\n" +
			"and plots that loads nothing.\n\n" +
			"Where -o names a file, its ending (.txt, .md, .csv, .html) says the format unless\n" +
			"-format does. Where it names a folder (one that exists, or a name that ends in /), all\n" +
			"four are written into it, as report.txt and so on.\n\nExamples:\n" +
			"  lab report results/20261121T201503Z\n" +
			"  lab report -o run.html results/20261121T201503Z\n" +
			"  lab report -o report/ results/20261121T201503Z\n" +
			"  lab report -format csv results/20261121T201503Z | cut -d, -f1-6",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Usage: "the `NAME` of the format: " + strings.Join(formatNames(), ", "), DefaultText: "text"},
			&cli.StringFlag{Name: "o", Usage: "write to this `FILE`, or all formats into this folder", DefaultText: "standard output"},
		},
		Action: reportAction,
	}
}

func formatNames() (names []string) {
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

func reportAction(_ context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return usagef("lab report takes one DIR, the folder of a run, and got %d", c.Args().Len())
	}
	files, err := reportFiles(c.String("format"), c.String("o"))
	if err != nil {
		return err
	}
	run, err := result.Read(runFolder(c.Args().First()))
	if err != nil {
		return explained(err, "report", c.Args().First())
	}
	summary := report.Summarise(run)
	for _, f := range files {
		if err := f.save(summary); err != nil {
			return err
		}
		if f.path != "" {
			fmt.Println(f.path)
		}
		if f.format.name == "csv" { // which has no place for a sentence
			if why := summary.Planted.Void(); why != "" {
				fmt.Fprintf(os.Stderr, "lab: %s\n", why)
			}
			for _, p := range run.Problems {
				fmt.Fprintf(os.Stderr, "lab: not read: %s\n", p)
			}
		}
	}
	return nil
}

// reportFile is one thing to write.
type reportFile struct {
	path   string // empty: standard output
	format format
}

// reportFiles says what -format and -o ask for.
func reportFiles(name, out string) ([]reportFile, error) {
	chosen := slices.IndexFunc(formats, func(f format) bool { return f.name == name })
	if chosen < 0 && name != "" {
		return nil, usagef("-format %q: choose from %s", name, strings.Join(formatNames(), ", "))
	}
	info, err := os.Stat(out)
	switch folder := strings.HasSuffix(out, "/") || err == nil && info.IsDir(); {
	case out == "" || out == "-":
		return []reportFile{{"", formats[max(chosen, 0)]}}, nil
	case folder:
		var files []reportFile
		for i, f := range formats {
			if chosen < 0 || i == chosen {
				files = append(files, reportFile{filepath.Join(out, "report"+f.endings[0]), f})
			}
		}
		return files, nil
	case chosen < 0:
		chosen = slices.IndexFunc(formats, func(f format) bool { return slices.Contains(f.endings, strings.ToLower(filepath.Ext(out))) })
	}
	if chosen < 0 {
		return nil, usagef("-o %s: the ending says no format; say which with -format: %s", out, strings.Join(formatNames(), ", "))
	}
	if base := filepath.Base(out); base == result.LinesFile || base == result.ManifestFile {
		return nil, usagef("-o %s: a run's results have that name", out)
	}
	return []reportFile{{out, formats[chosen]}}, nil
}

// save makes the whole report before it touches the file.
func (f reportFile) save(s report.Summary) error {
	var b bytes.Buffer
	if err := f.format.write(s, &b); err != nil {
		return err
	}
	if f.path == "" {
		_, err := os.Stdout.Write(b.Bytes())
		return err
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if err := os.WriteFile(f.path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return give(f.path)
}

// give hands what root wrote to the folder's owner: in a container the lab is
// another user than the one who reads.
func give(path string) error {
	info, err := os.Stat(filepath.Dir(path))
	if err != nil || os.Geteuid() != 0 {
		return nil
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		err = os.Lchown(path, int(stat.Uid), int(stat.Gid))
	}
	if err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.EPERM) {
		return fmt.Errorf("giving the report to the owner of its folder: %w", err)
	}
	return nil
}

// explained adds what helps who named a folder of runs in place of one.
func explained(err error, command, dir string) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	runs, _ := filepath.Glob(filepath.Join(dir, "*", result.ManifestFile))
	if len(runs) == 0 {
		return err
	}
	newest := filepath.Dir(slices.Max(runs)) // their names are times
	return fmt.Errorf("%s is no run but holds %d of them: lab %s %s", dir, len(runs), command, newest)
}
