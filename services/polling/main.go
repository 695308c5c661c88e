// Polling serves all clients with one thread that asks every one of them, always.
//
// The idea: non-blocking sockets in a list. Go through it: is there something to receive,
// is there room to send? Most of the answers are EAGAIN, and then it begins anew.
// Who waits where: nobody, while a client is connected: the thread spins. With
// none it sleeps in accept(2).
// What breaks it: it takes a whole CPU for one silent client, and each request
// waits until the thread has asked all the others.
// Read next: events, which at least sleeps between two rounds; select, which asks the kernel once about all.
package main

import (
	"runtime"
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
	full   bool // no room for another client
}

func serve(s *harness.Server) error {
	runtime.GOMAXPROCS(1) // its one thread spins: nothing else has anything to do
	p := &poller{server: s, conns: s.Conns()}
	for !p.conns.Drained() {
		if len(p.list) == 0 && !s.Stopping() {
			if err := p.sleep(); err != nil {
				return err
			}
		}
		p.round()
		if s.Stopping() {
			s.CloseListeners()
			p.conns.Drain()
		}
	}
	return nil
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
	left := p.list[:0]
	for _, c := range p.list {
		if p.ask(c) {
			left = append(left, c)
		}
	}
	clear(p.list[len(left):])
	if p.list = left; len(left) == 0 {
		p.list = nil
	}
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
