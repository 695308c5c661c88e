package main

import (
	"testing"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/drive/drivetest"
	"c10klab/services/internal/harness"
)

func TestScheduler(t *testing.T) {
	drivetest.Behave(t, fair, func(set int, conns *drive.Conns) drivetest.Model {
		return model{&scheduler{set: set, server: &harness.Server{}, conns: conns}}
	})
}

// model is a scheduler whose turns are a test's.
type model struct{ *scheduler }

func (m model) Begin(c *drive.Conn) {
	m.control(unix.EPOLL_CTL_ADD, c.FD, unix.EPOLLIN)
	m.resume(m.begin(c))
}

func (m model) Handle(fd int, events uint32) { m.handle(fd, events) }
func (m model) Resume(c *drive.Conn)         { m.resume(m.tasks[c.FD]) }
func (m model) Remove(c *drive.Conn)         { m.remove(m.tasks[c.FD]) }
func (m model) Waits(c *drive.Conn) uint32   { return mask[m.tasks[c.FD].waits] }
