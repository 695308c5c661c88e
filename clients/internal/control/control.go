// Package control talks to the meter in front of a service.
package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"c10klab/services/protocol"
)

// answerTime is how long a meter may take for one answer. A restart waits until
// the service listens again, and reading what 10,000 threads wait in takes a while.
const answerTime = 20 * time.Second

// Meter is the client of one meter. It may be used from several goroutines.
type Meter struct {
	base string
	http *http.Client
}

// New returns the client of the meter at that base address, such as "http://epoll.control:9100".
func New(base string) *Meter {
	return &Meter{base: base, http: &http.Client{
		Timeout: answerTime,
		// No proxy: the control network is a private one. One connection is enough,
		// and it is kept, so that a reading costs the service's CPU no new connection.
		Transport: &http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute},
	}}
}

// Close drops the connection that was kept.
func (m *Meter) Close() { m.http.CloseIdleConnections() }

// Health asks what the service's state is. A service that is not well is no
// error: the meter answers 503 then, and says why.
func (m *Meter) Health(ctx context.Context) (protocol.Health, error) {
	h, err := m.health(ctx, http.MethodGet, "/healthz", nil)
	var refused *RefusedError
	if errors.As(err, &refused) && h.State != "" {
		return h, nil
	}
	return h, err
}

// Restart starts the service anew with these applications (none: all of them)
// and extra arguments, and returns when it listens. After lease it serves all
// applications again, unless the lease is renewed before; 0 means no lease.
func (m *Meter) Restart(ctx context.Context, apps []protocol.App, args []string, lease time.Duration) (protocol.Health, error) {
	return m.RestartOn(ctx, 0, apps, args, lease)
}

// RestartOn does so on the first cpus of the service's CPUs alone; 0: on all of them. A service that has fewer is left as it
// was (RefusedError, 409).
func (m *Meter) RestartOn(ctx context.Context, cpus int, apps []protocol.App, args []string, lease time.Duration) (protocol.Health, error) {
	q := url.Values{}
	if cpus > 0 {
		q.Set("cpus", strconv.Itoa(cpus))
	}
	if len(apps) > 0 {
		q.Set("apps", protocol.JoinApps(apps))
	}
	for _, a := range args {
		q.Add("arg", a)
	}
	setLease(q, lease)
	return m.health(ctx, http.MethodPost, "/restart", q)
}

// Stop ends the service until the lease is over, or until a restart.
func (m *Meter) Stop(ctx context.Context, lease time.Duration) (protocol.Health, error) {
	q := url.Values{}
	setLease(q, lease)
	return m.health(ctx, http.MethodPost, "/stop", q)
}

// Signal sends SIGSTOP or SIGCONT to the service: name is "STOP" or "CONT".
func (m *Meter) Signal(ctx context.Context, name string) (protocol.Health, error) {
	return m.health(ctx, http.MethodPost, "/signal", url.Values{"name": {name}})
}

// Waits asks which system call each of the service's threads sits in.
func (m *Meter) Waits(ctx context.Context) (protocol.Waits, error) {
	var w protocol.Waits
	body, err := m.do(ctx, http.MethodGet, "/waits", nil)
	if err != nil {
		return w, err
	}
	if err := json.Unmarshal(body, &w); err != nil {
		return w, fmt.Errorf("%s/waits: %w", m.base, err)
	}
	return w, nil
}

func setLease(q url.Values, d time.Duration) {
	if d > 0 {
		q.Set("lease", strconv.FormatFloat(d.Seconds(), 'f', -1, 64)+"s")
	}
}

func (m *Meter) health(ctx context.Context, method, path string, q url.Values) (protocol.Health, error) {
	var h protocol.Health
	body, err := m.do(ctx, method, path, q)
	var refused *RefusedError
	if err != nil && !errors.As(err, &refused) {
		return h, err
	}
	if refused != nil {
		body = refused.body
	}
	if e := json.Unmarshal(body, &h); e != nil && err == nil {
		return h, fmt.Errorf("%s%s: %w", m.base, path, e)
	}
	if refused != nil && h.Message != "" {
		refused.Message = h.Message
	}
	return h, err
}

// RefusedError is an answer of a meter with a status other than 200.
type RefusedError struct {
	Asked   string
	Status  int
	Message string // the meter's own line
	body    []byte
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("%s: %d: %s", e.Asked, e.Status, e.Message)
}

func (m *Meter) do(ctx context.Context, method, path string, q url.Values) ([]byte, error) {
	address := m.base + path
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := m.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, address, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, &RefusedError{
			Asked: method + " " + address, Status: resp.StatusCode,
			Message: firstLine(body), body: body,
		}
	}
	return body, nil
}

func firstLine(b []byte) string {
	for i, c := range b {
		if c == '\n' || i == 200 {
			return string(b[:i])
		}
	}
	return string(b)
}
