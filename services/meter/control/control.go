// Package control is the meter's HTTP interface, and the client of its health check.
//
//	GET  /healthz                  how the service is; 200 if as it should be, else 503
//	GET  /metrics?only=cpu,memory  Prometheus text; parts: cpu, memory, tasks, limits (default: all)
//	GET  /waits                    which system call each thread sits in
//	POST /restart?apps=&arg=&cpus=&lease=&grace=
//	                               a fresh process that serves these applications alone (default: all), with
//	                               these further flags, on the first so many of its CPUs (409: it has fewer); answers when it listens, 502 if it dies, 504 after 10 s
//	POST /stop?lease=&grace=       ends the service
//	POST /signal?name=&lease=      STOP or CONT to all its processes; 409 if it does not run
//
// A lease (default 2m, at most 1h) bounds how long anything stays different: at
// its end the service is started as it was. A plain /restart ends it, and so
// does CONT if a STOP was all there was. The grace is how long the service may
// take to end before it is killed (default: its own grace and 2 s; 0: at once).
//
// All but /metrics and /waits answer with protocol.Health, errors too: its
// message is one line that says what was wrong.
package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"c10klab/services/meter/measure"
	"c10klab/services/meter/supervise"
	"c10klab/services/meter/waits"
	"c10klab/services/protocol"
)

// API answers for one service.
type API struct {
	Service *supervise.Service
	Meter   *measure.Meter
	Log     *log.Logger
}

// Server returns an HTTP server for the API, not yet listening.
func (a *API) Server() *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", a.only(http.MethodGet, a.healthz))
	mux.HandleFunc("/metrics", a.only(http.MethodGet, a.metrics))
	mux.HandleFunc("/waits", a.only(http.MethodGet, a.waits))
	mux.HandleFunc("/restart", a.only(http.MethodPost, a.restart))
	mux.HandleFunc("/stop", a.only(http.MethodPost, a.stop))
	mux.HandleFunc("/signal", a.only(http.MethodPost, a.signal))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		a.fail(w, http.StatusNotFound, fmt.Errorf("no %s here: there are /healthz, /metrics, /waits, /restart, /stop and /signal", r.URL.Path))
	})
	return &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10, ErrorLog: a.Log}
}

func (a *API) only(method string, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method && (method != http.MethodGet || r.Method != http.MethodHead) {
			w.Header().Set("Allow", method)
			a.fail(w, http.StatusMethodNotAllowed, fmt.Errorf("%s takes %s, not %s", r.URL.Path, method, r.Method))
			return
		}
		h(w, r)
	}
}

func (a *API) healthz(w http.ResponseWriter, r *http.Request) {
	h, code := a.Health(r.Context())
	answer(w, code, h)
}

func (a *API) metrics(w http.ResponseWriter, r *http.Request) {
	q, err := query(r, "only")
	if err != nil {
		a.fail(w, http.StatusBadRequest, err)
		return
	}
	parts, err := measure.ParseParts(q.Get("only"))
	if err != nil {
		a.fail(w, http.StatusBadRequest, err)
		return
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(a.Meter.Collector(parts))
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true, ErrorLog: a.Log}).ServeHTTP(w, r)
}

func (a *API) waits(w http.ResponseWriter, _ *http.Request) {
	processes, err := a.Service.Processes()
	if err == nil {
		var counts protocol.Waits
		if counts, err = waits.Count(a.Service.Proc, processes); err == nil {
			answer(w, http.StatusOK, counts)
			return
		}
	}
	a.fail(w, http.StatusInternalServerError, err)
}

func (a *API) restart(w http.ResponseWriter, r *http.Request) {
	change, err := parseRestart(r)
	if err != nil {
		a.fail(w, http.StatusBadRequest, err)
		return
	}
	a.done(w, a.Service.Restart(r.Context(), change))
}

func (a *API) stop(w http.ResponseWriter, r *http.Request) {
	lease, grace, err := parseStop(r)
	if err != nil {
		a.fail(w, http.StatusBadRequest, err)
		return
	}
	a.done(w, a.Service.Stop(r.Context(), grace, lease))
}

func (a *API) signal(w http.ResponseWriter, r *http.Request) {
	name, lease, err := parseSignal(r)
	switch {
	case err != nil:
		a.fail(w, http.StatusBadRequest, err)
	case name == "STOP":
		a.done(w, a.Service.Pause(r.Context(), lease))
	default:
		a.done(w, a.Service.Resume(r.Context()))
	}
}

// done answers an operation with the state it left.
func (a *API) done(w http.ResponseWriter, err error) {
	if err == nil {
		answer(w, http.StatusOK, a.Service.Health())
		return
	}
	code := http.StatusInternalServerError
	switch {
	case errors.Is(err, supervise.ErrEnding), errors.Is(err, context.Canceled):
		code = http.StatusServiceUnavailable
	case errors.Is(err, supervise.ErrNotRunning), errors.Is(err, supervise.ErrTooFewCPUs):
		code = http.StatusConflict
	case errors.Is(err, supervise.ErrNotListening):
		code = http.StatusGatewayTimeout
	case errors.Is(err, supervise.ErrDied), errors.Is(err, supervise.ErrNotStarted):
		code = http.StatusBadGateway
	}
	a.fail(w, code, err)
}

func (a *API) fail(w http.ResponseWriter, code int, err error) {
	h := a.Service.Health()
	h.Message = err.Error()
	answer(w, code, h)
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the asker may have gone; nothing to do about it
}
