// Package kernelfacts puts to the kernel the questions about select(2), poll(2) and
// epoll(7) that no service need run for.
package kernelfacts

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Fact is one question.
type Fact struct {
	Name  string // the claim's that it settles
	About string // what is asked
}

// Answer is what came of one question.
type Answer struct {
	Figures map[string]float64 `json:"figures"` // the end of a name is its unit; without one it is a number of descriptors or files, an errno, R squared, or 1 for yes and 0 for no
	Notes   map[string]string  `json:"notes"`
}

func newAnswer() Answer {
	return Answer{Figures: map[string]float64{}, Notes: map[string]string{}}
}

func (a Answer) yes(name string, is bool) {
	a.Figures[name] = 0
	if is {
		a.Figures[name] = 1
	}
}

type question struct {
	Fact
	ask func() (Answer, error)
}

var questions = []question{
	{Fact{"regular-file", "whether a regular file can be waited for, by select, poll and epoll"}, regularFile},
	{Fact{"fdsetsize-walk", "what a select over the same 10 sockets costs by where their descriptors are, and a poll beside it"}, walk},
	{Fact{"limit-2048", "up to which descriptor select's sets and select(2) itself go as the limit of the process rises, and what file-max limits"}, limits},
}

// Facts returns all there are.
func Facts() []Fact {
	var list []Fact
	for _, q := range questions {
		list = append(list, q.Fact)
	}
	return list
}

// Ask puts one question, by the name of its fact, in a process of its own: its limits and
// its descriptors are nobody else's. That is this program, executed again: its main must call ChildMain first.
//
// The figures of regular-file, each for a file (this program's own, read-only, at its end) and
// for a socket on which nothing has arrived: file_select_read, file_select_write, file_poll_read and file_poll_write,
// whether it is said to be ready; file_epoll_errno, with what epoll_ctl refuses it, 0 if it doesn't; socket_... the same.
//
// Of fdsetsize-walk, medians of CPU time per call: select_low_ns and select_high_ns with the 10 sockets at
// the lowest descriptors and right below 1,024; select_low_all_ns at the lowest, but asked for all
// 1,024; poll_low_ns and poll_high_ns; nfds_low and nfds_high, up to where select was asked; select_N_ns and poll_N_ns
// for each such number N, and the lines through them: select_slope_ns and poll_slope_ns for each
// descriptor, R squared in select_r2 and poll_r2.
//
// Of limit-2048: fd_setsize, the bits of a set; file_max, files_open, nr_open, nofile_soft and
// nofile_hard (of this process; Go raises the soft one as it starts); with the soft one
// at N, nofile_N_highest, the highest descriptor there can be, nofile_N_fdset_highest, the highest of them
// that has a bit in a set, and nofile_N_select_highest, the highest at which select(2) found a
// socket ready in a larger set. An N above the hard limit is left out, and a note says so.
func Ask(ctx context.Context, name string) (Answer, error) {
	if !slices.ContainsFunc(questions, func(q question) bool { return q.Name == name }) {
		return Answer{}, fmt.Errorf("asking the kernel about %q: there is no such question; Facts lists those there are", name)
	}
	a, err := inChild(ctx, name)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	if err != nil {
		return Answer{}, fmt.Errorf("asking the kernel about %s: %w", name, err)
	}
	return a, nil
}

var errArgs = errors.New("the arguments are wrong: this process is for the package kernelfacts to start")

// answer asks in this process.
func answer(args []string) (Answer, error) {
	for _, q := range questions {
		if len(args) == 1 && q.Name == args[0] {
			return q.ask()
		}
	}
	return Answer{}, errArgs
}
