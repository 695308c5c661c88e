package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/conformance"
	"c10klab/clients/internal/conformance/timeline"
)

// output is how verify tells its results.
type output struct {
	json     bool
	timeline string // the folder for pictures; "": none
	again    func(subject, conformance.Result) string
	err      error // the first picture that couldn't be written
}

// prepare makes the folder, before anything is asked of a service.
func (o *output) prepare() error {
	if o.timeline == "" {
		return nil
	}
	info, err := os.Stat(o.timeline)
	switch {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return usagef("-timeline %s is no folder", o.timeline)
	}
	if err := os.MkdirAll(o.timeline, 0o755); err != nil {
		return fmt.Errorf("-timeline: %w", err)
	}
	return give(o.timeline)
}

// tell tells one result as it comes.
func (o *output) tell(s subject, r conformance.Result) {
	again, picture := "", ""
	if r.Failure != nil {
		again, picture = o.again(s, r), o.draw(s, r)
	}
	if o.json {
		line, _ := json.Marshal(struct {
			Target string `json:"target"`
			conformance.Result
			Again    string `json:"again,omitempty"`
			Timeline string `json:"timeline,omitempty"`
		}{s.name, r, again, picture})
		fmt.Printf("%s\n", line)
		return
	}
	fmt.Printf("%-8s %-12s %-28s %6.2f s  %s\n", r.Outcome, s.name, r.Case, r.Took.Seconds(), r.Title)
	if r.Reason != "" && (r.Failure == nil || r.Failure.Expected == "") { // else the lines below say it all
		fmt.Printf("         %s\n", r.Reason)
	}
	if r.Failure != nil {
		teach(*r.Failure, again, picture)
	}
	for _, line := range r.Transcript {
		fmt.Printf("         %s\n", line)
	}
}

// teach tells what there is to learn from a failure, a line for each thing.
func teach(f conformance.Failure, again, picture string) {
	line := func(name, words string) {
		if words != "" {
			fmt.Printf("         %-10s %s\n", name, words)
		}
	}
	if f.Client > 0 {
		line("who", fmt.Sprintf("client %d", f.Client))
	}
	line("sent", f.Sent)
	line("expected", f.Expected)
	line("received", f.Received)
	if d := f.Differs; d != nil {
		line("differs", fmt.Sprintf("at byte %d: %s expected, %s received", d.At, d.Want, d.Have))
		if d.Expected != "" {
			line("", fmt.Sprintf("from byte %d: %s expected, %s received", d.From, d.Expected, d.Received))
		}
	}
	line("failed", fmt.Sprintf("%.3f s after the case began", f.At.Seconds()))
	line("server", "its threads waited in: "+f.Waits)
	line("again", again)
	line("time line", picture)
}

// draw writes the picture of a failed case, and returns where it lies.
func (o *output) draw(s subject, r conformance.Result) string {
	if o.timeline == "" {
		return ""
	}
	path := filepath.Join(o.timeline, unfit.ReplaceAllString(s.name+"-"+r.Case, "-")+".svg")
	err := os.WriteFile(path, []byte(timeline.SVG(s.name, r)), 0o644)
	if err == nil {
		err = give(path)
	}
	if err != nil {
		if o.err == nil {
			o.err = fmt.Errorf("-timeline: %w", err)
		}
		return ""
	}
	return path
}

// unfit is what stands in no file's name.
var unfit = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// repeat is the command that puts this case alone to that server again.
func repeat(c *cli.Command, s subject, r conformance.Result) string {
	words := []string{"lab", "verify"}
	for _, flag := range []string{"compose", "local"} {
		if c.IsSet(flag) {
			words = append(words, "-"+flag, word(c.String(flag)))
		}
	}
	if strings.Contains(s.name, "://") {
		words = append(words, "-app", r.App)
	}
	return strings.Join(append(words, "-case", "'^"+r.Case+"$'", word(s.name)), " ")
}

// plain is a word that a shell leaves as it is.
var plain = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// word is one word to a shell.
func word(w string) string {
	if plain.MatchString(w) {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}
