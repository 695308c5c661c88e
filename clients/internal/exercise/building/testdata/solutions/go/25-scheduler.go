package main

import (
	"iter"
	"syscall"
)

// BEGIN YOUR LOOP

type task struct {
	fd    int
	next  func() (want, bool)
	stop  func()
	asked uint32
	due   bool // it has yielded turn
}

type scheduler struct {
	set, listener int
	full          bool
	tasks         map[int]*task
	turns         []*task
}

func serve(listener, stop int) error {
	set, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	s := &scheduler{set: set, listener: listener, tasks: map[int]*task{}}
	s.control(syscall.EPOLL_CTL_ADD, listener, syscall.EPOLLIN)
	s.control(syscall.EPOLL_CTL_ADD, stop, syscall.EPOLLIN)
	events := make([]syscall.EpollEvent, 128)
	for {
		timeout := -1
		if len(s.turns) > 0 {
			timeout = 0
		}
		n, err := syscall.EpollWait(set, events, timeout)
		if err != nil && err != syscall.EINTR {
			return err
		}
		turns := s.turns
		s.turns = nil
		for _, e := range events[:max(n, 0)] {
			switch fd := int(e.Fd); fd {
			case stop:
				return nil
			case listener:
				s.accept()
			default:
				if t := s.tasks[fd]; !t.due {
					s.resume(t)
				}
			}
		}
		for _, t := range turns {
			t.due = false
			s.resume(t)
		}
	}
}

func (s *scheduler) accept() {
	for {
		fd, err := accept(s.listener)
		if err == errFull {
			s.full = true
			s.control(syscall.EPOLL_CTL_DEL, s.listener, 0)
		}
		if err != nil {
			return
		}
		t := &task{fd: fd, asked: syscall.EPOLLIN}
		t.next, t.stop = iter.Pull(conversation(fd))
		s.tasks[fd] = t
		s.control(syscall.EPOLL_CTL_ADD, fd, t.asked)
	}
}

func (s *scheduler) resume(t *task) {
	waits, alive := t.next()
	if !alive {
		t.stop()
		delete(s.tasks, t.fd)
		hangUp(t.fd)
		if s.full {
			s.full = false
			s.control(syscall.EPOLL_CTL_ADD, s.listener, syscall.EPOLLIN)
		}
		return
	}
	ask := t.asked
	switch waits {
	case readable:
		ask = syscall.EPOLLIN
	case writable:
		ask = syscall.EPOLLOUT
	case turn:
		t.due = true
		s.turns = append(s.turns, t)
	}
	if ask != t.asked {
		t.asked = ask
		s.control(syscall.EPOLL_CTL_MOD, t.fd, ask)
	}
}

func (s *scheduler) control(op, fd int, events uint32) {
	if err := syscall.EpollCtl(s.set, op, fd, &syscall.EpollEvent{Events: events, Fd: int32(fd)}); err != nil {
		panic(err)
	}
}

// END YOUR LOOP
