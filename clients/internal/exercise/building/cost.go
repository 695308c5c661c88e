package building

import (
	"strconv"
	"time"

	"c10klab/clients/internal/exercise/program"
)

// The shape of the load that cost is measured under.
const (
	askers     = 16 // connections; a pool has as many as threads
	askBytes   = 32 // of a message
	slice      = 60 * time.Millisecond
	costRounds = 5 // each of four slices: yours, the lab's, the lab's, yours
)

// most is how many times the CPU per request of the lab's own server one may take: the reference solutions took 0.9 to 1.3 times as much,
// those in Python 1.5 (most of a request is the kernel's).
func (l Lang) most() float64 {
	if l == Python {
		return 4
	}
	return 2
}

// cost sets the server's CPU time per request beside that of the lab's own server of this kind, which echoes the same bytes. Both are loaded
// in turn, so that whatever else goes on meets both alike.
func cost(p *play) {
	if p.model == "" {
		p.undecided("the lab's own server (%s) isn't here: there is nothing to compare with", p.folder.Exercise.Model)
	}
	n := askers
	var pool []string
	if p.folder.Exercise.pooled {
		n = p.spec.Workers
		pool = []string{"-pool", strconv.Itoa(n)}
	}
	addr, err := program.FreeAddress()
	if err != nil {
		p.undecided("%v", err)
	}
	args := append([]string{"-apps", "echo", "-host", "127.0.0.1", "-ports", "echo=" + portOf(addr)}, pool...)
	reference, err := launch(p.ctx, program.Command{Path: p.model, Args: args}, addr)
	if err != nil {
		p.undecided("the lab's own server doesn't start: %v", err)
	}
	defer reference.Kill()
	message := p.word(askBytes)
	ask := p.spec.Frame(message)
	yours := &load{server: p.server, ask: ask, want: p.spec.Frame(p.spec.Answer(message))}
	lab := &load{server: reference, ask: ask, want: ask}
	defer yours.close()
	defer lab.close()
	for _, l := range []*load{yours, lab} {
		if err := l.connect(n); err != nil {
			p.fail("connecting %d clients: %v", n, err)
		}
	}
	for round := range costRounds + 1 {
		for _, l := range []*load{yours, lab, lab, yours} {
			if err := l.slice(round > 0); err != nil { // the first round warms up
				p.fail("under the load of %d clients: %v", n, err)
			}
		}
	}
	if lab.each() == 0 {
		p.undecided("the lab's own server answered nothing that could be measured")
	}
	ratio := yours.each() / lab.each()
	p.note("a request costs %.1f µs of CPU, and %.1f µs with the lab's %s: %.2f times as much", yours.each()/1e3, lab.each()/1e3, p.folder.Exercise.Model, ratio)
	if most := p.folder.Lang.most(); ratio > most {
		p.fail("a request costs %.1f µs of CPU, %.1f times what the lab's own %s takes (%.1f µs); %.0f times is the most", yours.each()/1e3, ratio, p.folder.Exercise.Model, lab.each()/1e3, most)
	}
}
