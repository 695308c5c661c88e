package comparison

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
	"c10klab/clients/internal/trial"
)

// pathless says which experiments were asked for and need ways that are not up. If nothing else was, there is no run.
func (r *comparison) pathless(p plan.Plan) error {
	names := p.Pathless()
	if len(names) == 0 {
		return nil
	}
	line := strings.Join(names, ", ") + " is unsupported here: no way to epoll is up but the one that is measured on; others need Docker: HOP=1 make up"
	if len(p.Trials) == 0 {
		return errors.New(line + " (nothing else was asked for)")
	}
	r.say.Say("%s", line)
	return nil
}

// proxyTime is how long a connection to a port of this machine may take.
const proxyTime = 3 * time.Second

// carriedAll looks at all ways that are published ports and have been verified.
func (r *comparison) carriedAll(ctx context.Context) error {
	for i := range r.manifest.Services {
		p := &r.manifest.Services[i]
		if p.Path != target.Published || !r.bench.Takes(p.Name) {
			continue
		}
		if err := r.carried(ctx, p, r.bench.Units[p.Name]); err != nil {
			return err
		}
	}
	return nil
}

// carried makes sure that a published port is what its label says: a process takes its connections and carries the bytes. Such
// a proxy takes them while nobody listens behind it. The kernel, which forwards the port itself where the engine has no proxy
// (userland-proxy: false), passes the refusal on: that is another way, and is not measured under this name.
func (r *comparison) carried(ctx context.Context, p *result.Participant, u *trial.Unit) error {
	if _, err := u.Meter.Stop(ctx, trial.Lease); err != nil {
		return fmt.Errorf("stopping %s to see who carries its port: %w", p.Name, err)
	}
	dialer := net.Dialer{Timeout: proxyTime}
	conn, err := dialer.DialContext(ctx, "tcp", u.Addr(u.Apps()[0]))
	switch {
	case err == nil:
		return conn.Close()
	case ctx.Err() != nil:
		return ctx.Err()
	case !errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("looking who carries the port of %s: %w", p.Name, err)
	}
	p.Unsupported = "unsupported here: no proxy carries the published port, the kernel forwards it"
	r.say.Say("%s is %s", p.Name, p.Unsupported)
	r.bench.Exclude(p.Name)
	return nil
}
