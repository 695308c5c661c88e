package main

import (
	"context"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/exercise/building"
	"c10klab/clients/internal/exercise/class"
	"c10klab/clients/internal/exercise/sandbox"
)

// buildImages are the images that programs are built in, unless one is named: the first that is present. The second is made from
// this machine's Go where the first can't be had.
var buildImages = []string{"golang:1.26", "c10klab-go:1.26"}

// codeGrader grades programs in containers of that image. Docker and compilers are asked for when the first program is there.
func codeGrader(image string, repeat int) class.Boxed {
	b := class.Boxed{Find: class.Code, Run: sandbox.Run, Repeat: repeat}
	var once sync.Once
	var tools class.Tools
	var err error
	b.Ready = func(ctx context.Context) (class.Tools, error) {
		once.Do(func() { tools, err = readyToGrade(ctx, image) })
		return tools, err
	}
	return b
}

func readyToGrade(ctx context.Context, image string) (t class.Tools, err error) {
	if err := sandbox.Available(ctx); err != nil {
		return t, fmt.Errorf("a program is graded in a container, and there is none: %w", err)
	}
	images := buildImages
	if image != "" {
		images = []string{image}
	}
	for _, name := range images {
		if sandbox.Present(ctx, name) {
			t.Image = name
			break
		}
	}
	if t.Image == "" {
		return t, fmt.Errorf("a program is built in an image with Go, and this engine has none of %v: docker pull, or -image NAME", images)
	}
	t.Lab, err = released()
	return t, err
}

// released is this program, and the models beside it that costs are compared with.
func released() (files []sandbox.File, err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if err := static(program); err != nil {
		return nil, err
	}
	paths := map[string]string{"lab": program}
	for _, e := range building.List() {
		model := filepath.Join(filepath.Dir(program), e.Model)
		if info, err := os.Stat(model); err == nil && info.Mode().IsRegular() {
			paths["bin/"+e.Model] = model
		}
	}
	for name, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, sandbox.File{Name: name, Content: content, Executable: true})
	}
	return files, nil
}

// static says whether a program runs in an image that has no libraries.
func static(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("%s is no program of Linux, and programs are graded by it in a container: make lab leaves one in .build/bin", path)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return errors.New("this lab needs libraries, which the container has not: build it with CGO_ENABLED=0 (make lab leaves it in .build/bin)")
		}
	}
	return nil
}

// exerciseGradeOneCommand is what grade-all runs in the container.
func exerciseGradeOneCommand() *cli.Command {
	return &cli.Command{
		Name:        "grade-one",
		Usage:       "build and grade the program in a folder, inside of grade-all's container",
		ArgsUsage:   "DIR",
		Description: "It builds and runs what is in DIR, with nothing between it and this machine: grade-all has a container for that.",
		Hidden:      true,
		Flags:       []cli.Flag{&cli.IntFlag{Name: "repeat", Value: 1, Usage: "play each case `N` times"}},
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.Args().Len() != 1 {
				return usagef("lab exercise grade-one takes one folder, and got %d", c.Args().Len())
			}
			if err := sandbox.Shield(); err != nil {
				return err
			}
			v := class.Inside(ctx, c.Args().First(), filepath.Join(sandbox.Inside, "bin"), int(c.Int("repeat")))
			return json.NewEncoder(os.Stdout).Encode(v)
		},
	}
}
