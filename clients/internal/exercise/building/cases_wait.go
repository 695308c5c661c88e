package building

import (
	"strconv"
	"time"

	"c10klab/clients/internal/models"
)

// waitCases are about what the server does when there is nothing to do, how it ends, and what it costs.
func waitCases(e Exercise) []Case {
	return []Case{
		{Name: "rests", Title: "with idle clients, and with one who doesn't read what it is owed, the server uses no CPU", Points: 2, run: rests},
		{Name: "waits", Title: "with idle clients connected its threads wait where the model's do", Points: 3, run: func(p *play) { waitsRight(p, e) }},
		{Name: "stops", Title: "after SIGTERM it ends with status 0, whoever is connected", Points: 2, run: func(p *play) {
			for range 3 {
				p.dial().ask([]byte("here"))
			}
			p.note("SIGTERM")
			p.stopped = true
			if err := p.server.stop(); err != nil {
				p.fail("%v", err)
			}
		}},
		{Name: "cost", Title: "a request costs at most twice the CPU of the lab's own server of this kind (in Python: four times)", Points: 2, run: cost},
	}
}

func rests(p *play) {
	idle := 20
	if p.folder.Exercise.pooled {
		idle = p.spec.Workers - 1
	}
	for range idle {
		p.dial().ask([]byte("idle from now on"))
	}
	if spent, over := p.idleCPU(); spent > over/4 {
		p.fail("with %d idle clients the server used %v of CPU time in %v: does it ask for room to send when it owes nothing?", idle, spent, over)
	}
	c := p.dialNarrow()
	block, _ := p.words(64<<10, 4, 4)
	c.push(block, mostPushed, stuck)
	if spent, over := p.idleCPU(); spent > over/4 {
		p.fail("with a client that doesn't read what it is owed the server used %v of CPU time in %v: does it ask whether there is something to receive while it takes nothing?", spent, over)
	}
}

// waitsRight looks several times: what was said last may still be under way.
func waitsRight(p *play, e Exercise) {
	n := 3
	for range n {
		p.dial().ask([]byte("idle from now on"))
	}
	model, _ := models.Find(e.Model, "-pool", strconv.Itoa(p.spec.Workers))
	var wrong error
	for end := time.Now().Add(patience); time.Now().Before(end); {
		p.pause(quiet)
		w, err := p.server.waits()
		if err != nil {
			p.undecided("what the threads wait in can't be seen here: %v", err)
		}
		if wrong = model.Judge(w, n); wrong == nil {
			p.note("its threads wait in %s", models.Found(w))
			return
		}
	}
	p.fail("with %d idle clients: %v", n, wrong)
}
