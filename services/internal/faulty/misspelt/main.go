//go:build faulty

// Misspelt is polling with a list of the clients that left, and that list has two names.
//
// The defect: there is a list "closed"; who leaves is put into "close", which doesn't exist. The panic ends
// the loop, and a recover around it, meant for clients' faults, swallows what it had to say.
// The symptom: when the first client leaves everybody is silent: no answer, no line in the log, no CPU used, and the
// process lives, its port listening.
// Why it is easy to make: in Python a wrong name is found when its line runs, in Go a wrong key; that line
// runs only when somebody leaves. And "except: pass" around everything looks robust.
// Caught by: echo/next-client.
package main

import (
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
)

func main() { harness.Main("polling", harness.OneThread, serve) }

// poller is the list of clients, and the conversations beside it.
type poller struct {
	server *harness.Server
	conns  *drive.Conns
	list   []*drive.Conn
	lists  map[string]map[*drive.Conn]bool // of clients to be looked after at the end of a round
	full   bool                            // no room for another client
}

func serve(s *harness.Server) error {
	runtime.GOMAXPROCS(1) // its one thread spins: nothing else has anything to do
	p := &poller{server: s, conns: s.Conns(), lists: map[string]map[*drive.Conn]bool{"closed": {}}}
	p.loop()
	stop := []unix.PollFd{{Fd: int32(s.StopFD()), Events: unix.POLLIN}}
	for !s.Stopping() { // the process ends when it is told to, and not before
		_, _ = unix.Poll(stop, -1)
	}
	return nil
}

// loop serves until the server stops. No client's fault shall end the process.
func (p *poller) loop() {
	defer func() { _ = recover() }()
	for !p.conns.Drained() {
		if len(p.list) == 0 && !p.server.Stopping() {
			if err := p.sleep(); err != nil {
				return
			}
		}
		p.round()
		if p.server.Stopping() {
			p.server.CloseListeners()
			p.conns.Drain()
		}
	}
}

// #region sleep

// sleep waits for the first client, in accept(2).
func (p *poller) sleep() error {
	alone := len(p.server.Listeners()) == 1 // else the harness asks poll(2) which is ready
	p.listen(!alone)
	client, err := p.server.Take()
	if err != nil {
		return err
	}
	p.listen(true)
	if err := unix.SetNonblock(client.FD, true); err != nil {
		return err
	}
	p.list = append(p.list, p.conns.Add(client.FD, client.App))
	return nil
}

// listen makes the listeners ones that are asked, or ones that are waited for.
func (p *poller) listen(ask bool) {
	for _, listener := range p.server.Listeners() {
		_ = unix.SetNonblock(listener.FD, ask)
	}
}

// #endregion
// #region ask

// round asks everybody once: the listeners for new clients, then each client.
func (p *poller) round() {
	p.full = p.full && !p.conns.Room()
	for _, listener := range p.server.Listeners() {
		for !p.full {
			c, err := p.conns.Accept(listener.FD, listener.App)
			if err != nil {
				p.full = p.conns.Full(err)
				break
			}
			p.list = append(p.list, c)
		}
	}
	p.conns.Expired(time.Now()) // marks those whose time is up; all have their turn anyway
	for _, c := range p.list {
		if !p.ask(c) {
			p.lists["close"][c] = true
		}
	}
	p.list = slices.DeleteFunc(p.list, func(c *drive.Conn) bool { return p.lists["closed"][c] })
	clear(p.lists["closed"])
}

// ask moves a conversation as far as it goes, ready or not; false when it has ended.
func (p *poller) ask(c *drive.Conn) bool {
	more, done, err := c.Advance(true, true)
	if done || err != nil {
		p.conns.Remove(c)
		return false
	}
	p.conns.Settle(c, more)
	return true
}

// #endregion
