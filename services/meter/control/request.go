package control

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"c10klab/services/meter/supervise"
	"c10klab/services/protocol"
)

// Bounds of what may be asked for.
const (
	defaultLease = 2 * time.Minute
	maxLease     = time.Hour
	maxGrace     = time.Minute
	maxArg       = 100 // bytes of one arg
)

// allowed are the flags that a restart may add: those that choose how the
// service works, and none that choose where it listens or what it runs.
var allowed = []string{
	"-backlog", "-idle", "-pool", "-queue", "-poll", "-workers", "-listen",
	"-admit", "-procs", "-selector", "-mixin", "-print",
}

// query returns the parameters of the address, and an error for one that is not among names.
func query(r *http.Request, names ...string) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fmt.Errorf("parse %q: %w", r.URL.RawQuery, err)
	}
	for name := range q {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("%s has no parameter %q: it takes %s", r.URL.Path, name, strings.Join(names, ", "))
		}
	}
	return q, nil
}

func parseRestart(r *http.Request) (supervise.Change, error) {
	var c supervise.Change
	q, err := query(r, "apps", "arg", "cpus", "lease", "grace")
	if err != nil {
		return c, err
	}
	if q.Has("cpus") {
		if c.CPUs, err = strconv.Atoi(q.Get("cpus")); err != nil || c.CPUs < 1 {
			return c, fmt.Errorf("cpus %q is no number of CPUs from 1 on", q.Get("cpus"))
		}
	}
	if q.Has("apps") {
		if c.Apps, err = protocol.ParseApps(q.Get("apps")); err != nil {
			return c, err
		}
	}
	for _, arg := range q["arg"] {
		if err := checkArg(arg); err != nil {
			return c, err
		}
		c.Args = append(c.Args, arg)
	}
	if c.Lease, err = duration(q, "lease", defaultLease, time.Millisecond, maxLease); err != nil {
		return c, err
	}
	c.Grace, err = duration(q, "grace", supervise.Overdue, 0, maxGrace)
	return c, err
}

func parseStop(r *http.Request) (lease, grace time.Duration, err error) {
	q, err := query(r, "lease", "grace")
	if err != nil {
		return 0, 0, err
	}
	if lease, err = duration(q, "lease", defaultLease, time.Millisecond, maxLease); err != nil {
		return 0, 0, err
	}
	grace, err = duration(q, "grace", supervise.Overdue, 0, maxGrace)
	return lease, grace, err
}

func parseSignal(r *http.Request) (name string, lease time.Duration, err error) {
	q, err := query(r, "name", "lease")
	if err != nil {
		return "", 0, err
	}
	if name = q.Get("name"); name != "STOP" && name != "CONT" {
		return "", 0, fmt.Errorf("signal name %q: STOP or CONT", name)
	}
	lease, err = duration(q, "lease", defaultLease, time.Millisecond, maxLease)
	return name, lease, err
}

func checkArg(arg string) error {
	name, _, _ := strings.Cut(arg, "=")
	if !slices.Contains(allowed, name) {
		return fmt.Errorf("arg %q is not allowed: one of %s, with its value after =", arg, strings.Join(allowed, " "))
	}
	if len(arg) > maxArg {
		return fmt.Errorf("arg %s... is longer than %d bytes", name, maxArg)
	}
	for _, c := range arg {
		if c < ' ' {
			return fmt.Errorf("arg %q holds a control character", arg)
		}
	}
	return nil
}

func duration(q url.Values, name string, unless, least, most time.Duration) (time.Duration, error) {
	if !q.Has(name) {
		return unless, nil
	}
	d, err := time.ParseDuration(q.Get(name))
	if err != nil {
		return 0, fmt.Errorf("%s %q is no duration such as 60s", name, q.Get(name))
	}
	if d < least || d > most {
		return 0, fmt.Errorf("%s %s is not within %s and %s", name, d, least, most)
	}
	return d, nil
}
