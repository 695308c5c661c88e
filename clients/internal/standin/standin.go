// Package standin is a service inside a test's process, with a meter in front of it: what listens, what ends and listens again
// at the same port, and what a meter is asked. What it says to its clients and in its meter's answers is the test's to write.
package standin

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// Service is one. The mutex is its test's as well: Handle's functions run under it, and HangUp, Listen and Clients are called
// under it.
type Service struct {
	Mu    sync.Mutex
	Meter *httptest.Server
	Port  int // of echo, as long as it lives

	// Talk holds a conversation; conn counts from 0 since it listened. The connection is closed when it returns.
	Talk func(c net.Conn, conn int)
	// Full says, under the mutex, that one more than these is closed as soon as it comes. nil: never.
	Full func(connected int) bool

	mux      *http.ServeMux
	listener net.Listener
	conns    map[net.Conn]bool
}

// New starts the meter's server, which has no answers yet. For clients it does not listen before Listen: what Talk needs may be
// made in between.
func New(t *testing.T, talk func(c net.Conn, conn int)) *Service {
	s := &Service{Talk: talk, mux: http.NewServeMux(), conns: map[net.Conn]bool{}}
	s.Meter = httptest.NewServer(s.mux)
	t.Cleanup(func() {
		s.Meter.Close()
		s.Mu.Lock()
		defer s.Mu.Unlock()
		s.HangUp()
	})
	return s
}

// Handle gives the meter an answer, such as that to "GET /metrics".
func (s *Service) Handle(pattern string, answer http.HandlerFunc) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		s.Mu.Lock()
		defer s.Mu.Unlock()
		answer(w, r)
	})
}

// Target is where it is, as that service.
func (s *Service) Target(of target.Service) target.Target {
	return target.Target{Service: of, Control: s.Meter.URL, Host: "127.0.0.1", Ports: protocol.Ports{"echo": s.Port}}
}

// Clients is how many are connected.
func (s *Service) Clients() int { return len(s.conns) }

// HangUp closes everything that clients see.
func (s *Service) HangUp() {
	if s.listener != nil {
		s.listener.Close()
	}
	for c := range s.conns {
		c.Close()
	}
	clear(s.conns)
}

// Listen starts a fresh one, at the port of the last; the first one at any.
func (s *Service) Listen() error {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port))
	if err != nil {
		return fmt.Errorf("listening for clients: %w", err)
	}
	s.listener, s.Port = l, l.Addr().(*net.TCPAddr).Port
	go s.accept(l)
	return nil
}

func (s *Service) accept(l net.Listener) {
	for number := 0; ; number++ {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.Mu.Lock()
		full := s.listener != l || s.Full != nil && s.Full(len(s.conns))
		if !full {
			s.conns[c] = true
		}
		s.Mu.Unlock()
		if full {
			c.Close()
			continue
		}
		go func() {
			s.Talk(c, number)
			c.Close()
			s.Mu.Lock()
			defer s.Mu.Unlock()
			delete(s.conns, c)
		}()
	}
}
