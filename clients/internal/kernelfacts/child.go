package kernelfacts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// childArg is the hidden first argument of a process that asks; the fact's name follows.
const childArg = "kernelfacts-ask"

// ChildMain must be called first thing in main, before flags are read: in a process that
// Ask started it asks and does not return; elsewhere it does nothing.
func ChildMain() {
	if len(os.Args) < 2 || os.Args[1] != childArg {
		return
	}
	a, err := answer(os.Args[2:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(a)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func inChild(ctx context.Context, name string) (a Answer, err error) {
	var complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, "/proc/self/exe", childArg, name)
	cmd.Stderr = &complaint
	// A Ctrl-C on the terminal is for this program, whose context then ends the child.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	said, err := cmd.Output()
	if text := strings.TrimSpace(complaint.String()); err != nil && text != "" {
		return a, errors.New(text)
	}
	if err == nil {
		err = json.Unmarshal(said, &a)
	}
	return a, err
}
