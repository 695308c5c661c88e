package building

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// next plays a case, or says of a server that could not be started what was said of it before.
func (f Folder) next(ctx context.Context, s Server, c Case, o Options, dead *Result) Result {
	if dead == nil {
		return f.grade(ctx, s, c, o)
	}
	return Result{Case: c.Name, Title: c.Title, Points: c.Points, State: Failed, Words: dead.Words, Draw: o.Draw, Failure: dead.Failure, Repeat: f.repeat(c, o, o.Draw), unstarted: true}
}

// grade plays one case as often as is asked for, until it fails. Each time draws other words: the nth from Draw + n.
func (f Folder) grade(ctx context.Context, s Server, c Case, o Options) Result {
	r := Result{Case: c.Name, Title: c.Title, Points: c.Points, State: Passed, Draw: o.Draw}
	began := time.Now()
	for n := range o.Repeat {
		r.Times++
		f.once(ctx, s, c, o, o.Draw+uint64(n), &r)
		if r.State != Passed || ctx.Err() != nil {
			break
		}
	}
	r.Took = time.Since(began)
	r.Repeat = f.repeat(c, o, r.Draw)
	return r
}

// repeat is the command that plays one case alone with the same words.
func (f Folder) repeat(c Case, o Options, draw uint64) string {
	command := o.Command
	if command == "" {
		command = "lab exercise grade"
	}
	return strings.Join([]string{command, "-only", c.Name, "-draw", strconv.FormatUint(draw, 10), quotedPath(f.Dir)}, " ")
}

// quotedPath is a path as a shell takes it.
func quotedPath(path string) string {
	if strings.ContainsAny(path, " \t'\"$\\*?&;<>|()") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

// once plays a case against a fresh process.
func (f Folder) once(ctx context.Context, s Server, c Case, o Options, draw uint64, r *Result) {
	ctx, cancel := context.WithTimeout(ctx, caseTime)
	defer cancel()
	server, err := s.start(ctx)
	if err == nil {
		defer server.Kill()
		if c.Descriptors > 0 {
			err = server.allowDescriptors(c.Descriptors)
		}
	}
	if err != nil {
		r.State, r.Words, r.Draw, r.Failure, r.unstarted = Failed, err.Error(), draw, &Failure{Words: err.Error()}, true
		return
	}
	p := &play{ctx: ctx, folder: f, spec: f.Spec, server: server, random: rand.New(rand.NewPCG(draw, 0x6275696c64)), model: o.Model} // "build"
	p.run(c.run)
	time.Sleep(quiet) // in which a server that has just crashed has ended
	switch {
	case p.failure != nil:
		r.State, r.Words, r.Draw, r.Failure = Failed, p.failure.Words, draw, p.failure
	case p.undecide != "":
		r.State, r.Words = Undecided, p.undecide
	case !p.stopped && server.gone():
		r.State, r.Draw, r.Failure = Failed, draw, &Failure{Words: server.ended(), Steps: p.steps, Said: server.Said()}
		r.Words = r.Failure.Words
	case c.Name == "cost" || c.Name == "waits":
		if i := slices.IndexFunc(p.steps, func(s Step) bool { return s.Client == 0 }); i >= 0 {
			r.Words = p.steps[i].Words
		}
	}
}
