package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ergochat/readline"
	"golang.org/x/term"

	"c10klab/clients/internal/wire"
)

// newScreen takes a terminal for one if both sides of it are.
func newScreen(in io.Reader, out, errs io.Writer, history string, place wire.Place) (screen, error) {
	if !isTerminal(in) || !isTerminal(out) {
		return &pipe{in: bufio.NewReader(in), out: out, errs: errs}, nil
	}
	rl, err := readline.NewFromConfig(&readline.Config{Prompt: "> ", HistoryFile: history, Stdin: in, Stdout: out, Stderr: errs})
	if err != nil {
		return nil, fmt.Errorf("preparing the terminal: %w", err)
	}
	t := &terminal{rl: rl}
	t.note("connected to %s; Ctrl-D ends what you say, Ctrl-C leaves", place)
	return t, nil
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// historyFile is where the lines typed are kept, if there is a folder for such.
func historyFile() string {
	folder, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "c10klab-chat-history")
}

// pipe is a screen without a person: bytes go through as they are.
type pipe struct {
	in        *bufio.Reader
	out, errs io.Writer
}

func (p *pipe) line() (string, error)           { return p.in.ReadString('\n') }
func (p *pipe) show(text []byte)                { _, _ = p.out.Write(text) }
func (p *pipe) note(format string, args ...any) { fmt.Fprintf(p.errs, "chat: "+format+"\n", args...) }
func (p *pipe) close()                          {}

// terminal is a screen with line editing and history.
type terminal struct {
	rl *readline.Instance
}

func (t *terminal) line() (string, error) {
	text, err := t.rl.ReadLine()
	switch {
	case errors.Is(err, readline.ErrInterrupt):
		return "", errInterrupted
	case err != nil:
		return "", err
	}
	return text + "\n", nil
}

// show goes through readline, which draws the line being typed again below it.
// Text that stops in mid-line is given an end, or the prompt would cover it.
func (t *terminal) show(p []byte) {
	text := visible(p)
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	_, _ = io.WriteString(t.rl.Stdout(), text)
}

func (t *terminal) note(format string, args ...any) {
	text := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\n  ")
	fmt.Fprintf(t.rl.Stdout(), "  (%s)\n", text)
}

func (t *terminal) close() { _ = t.rl.Close() }

// visible escapes what would move the cursor, ring the bell or worse.
func visible(p []byte) string {
	var b strings.Builder
	for len(p) > 0 {
		r, size := utf8.DecodeRune(p)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "\\x%02x", p[0])
		case r == '\n' || r == '\t' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r == '\r': // before every \n of HTTP
		default:
			fmt.Fprintf(&b, "\\u%04x", r)
		}
		p = p[size:]
	}
	return b.String()
}
