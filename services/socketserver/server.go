package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
)

// Handler is what a user of the framework writes. There is one for each request,
// and what it does runs in that request's thread or process.
type Handler interface {
	Setup() error  // before Handle; if it fails, nothing more is called
	Handle() error // holds the conversation, to its end
	Finish() error // after Handle, however that ended
}

// Base is a handler with nothing to set up, nor to finish. Embed it, and write Handle.
type Base struct{}

// Setup does nothing.
func (Base) Setup() error { return nil }

// Finish does nothing.
func (Base) Finish() error { return nil }

// Server takes requests and has handlers answer them. A user sets NewHandler, and
// what else is to be different: each of the other fields has a default.
type Server struct {
	*harness.Server // the service around it, set by Main: listeners, bounds, the log

	// NewHandler makes the handler of one request. Read and write conn; the server closes it.
	NewHandler func(conn *harness.Conn) Handler
	// VerifyRequest says whether a client is served at all. The default serves all. It runs in the server's thread.
	VerifyRequest func(harness.Accepted) bool
	// ServiceActions is called once every interval, and after each round of requests; not while the server waits
	// for room for another client. It runs in the server's thread.
	ServiceActions func()
	// HandleError is told how a request failed, which is closed after that. The default writes it to the
	// log, once a second at most. It runs where the handler ran: in several threads at a time.
	HandleError func(conn *harness.Conn, err error)

	process func(*Server, harness.Accepted) // the mixin's
}

// Main runs a server as a program, with the flags of all services, -mixin and
// -poll: it never returns. Call nothing else before that a child should not do again.
func Main(name string, s *Server) {
	word := harness.Choice("mixin", "what runs each request: a thread, a process, or the server itself", "threading", "forking", "none")
	interval := harness.Poll()
	harness.MainOf(name, func() harness.Kind { return mixins[*word].kind }, func(around *harness.Server) error {
		s.Server, s.process = around, mixins[*word].process
		s.fill()
		return s.ServeForever(*interval)
	})
}

// fill sets the steps that the user has left as they are.
func (s *Server) fill() {
	if s.VerifyRequest == nil {
		s.VerifyRequest = func(harness.Accepted) bool { return true }
	}
	if s.ServiceActions == nil {
		s.ServiceActions = func() {}
	}
	if s.HandleError == nil {
		s.HandleError = func(_ *harness.Conn, err error) { s.Log("request", "a request failed: %v", err) }
	}
}

// GetRequest accepts one client, once there is room for it.
func (s *Server) GetRequest(from harness.Listener) (harness.Accepted, error) {
	if !s.AwaitRoom() {
		return harness.Accepted{}, harness.ErrStopped
	}
	conn, err := sock.AcceptBlocking(from.FD)
	if s.Stopping() { // the stop shuts the listener down, and accept fails
		if err == nil {
			s.ShutdownRequest(conn)
		}
		return harness.Accepted{}, harness.ErrStopped
	}
	return harness.Accepted{Conn: conn, App: from.App}, err
}

// ProcessRequest serves a request here and now: the next waits until it is over. Mixins know better.
func (s *Server) ProcessRequest(request harness.Accepted) { s.Complete(s.Begin(request)) }

// Complete takes a request through the steps that are left once its thread or process is found.
func (s *Server) Complete(conn *harness.Conn) {
	defer s.ShutdownRequest(conn)
	// A handler whose client was taken away by the stop has not failed.
	if err := s.FinishRequest(conn); err != nil && !errors.Is(err, drive.ErrStopping) {
		s.HandleError(conn, err)
	}
}

// FinishRequest has a new handler answer the request. A handler that panics
// has failed, and its request with it: no other one shall end for that.
func (s *Server) FinishRequest(conn *harness.Conn) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	handler := s.NewHandler(conn)
	if err := handler.Setup(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, handler.Finish()) }()
	return handler.Handle()
}

// ShutdownRequest closes a request, whoever ended it.
func (s *Server) ShutdownRequest(request io.Closer) { _ = request.Close() }
