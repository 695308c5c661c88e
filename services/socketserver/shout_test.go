package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"c10klab/services/internal/harness"
)

// shout is a handler that no application of the lab has: it repeats each line
// in capitals, and in the end says how many there were.
type shout struct {
	*harness.Conn
	lines int
}

func newShout(conn *harness.Conn) Handler { return &shout{Conn: conn} }

func (h *shout) Setup() error { return h.say("WELCOME") }

func (h *shout) Handle() error {
	for in := bufio.NewScanner(h); in.Scan(); h.lines++ {
		switch line := in.Text(); line {
		case "fail":
			return errors.New("asked to fail")
		case "panic":
			panic("asked to panic")
		default:
			if err := h.say(strings.ToUpper(line)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *shout) Finish() error { return h.say(fmt.Sprint(h.lines, " LINES")) }

func (h *shout) say(line string) error { _, err := fmt.Fprintln(h, line); return err }
