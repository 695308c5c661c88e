package comparison

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"c10klab/clients/internal/conformance"
	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// atATime is how many services are verified at the same time. Most cases wait, so that one CPU has time for two; with more
// of them a reply could take longer than a case allows.
const atATime = 2

// verification is what one service is asked before anything is measured.
type verification struct {
	of    *result.Participant
	apps  []protocol.App
	cases []conformance.Case
	conformance.Target
}

// verifyAll puts the quick cases of those applications that the plan measures of it to every model: what breaks the
// contract is not measured.
func (r *comparison) verifyAll(ctx context.Context, plan plan.Plan) error {
	all, err := r.verifications(plan)
	if err != nil {
		return err
	}
	asking, ctx := errgroup.WithContext(ctx)
	asking.SetLimit(atATime)
	var telling sync.Mutex
	for _, v := range all {
		asking.Go(func() error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			telling.Lock()
			r.say.Now("verifying " + v.Name)
			telling.Unlock()
			began := time.Now()
			results := conformance.Run(ctx, v.Target, conformance.Quick(v.cases), nil)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			telling.Lock()
			defer telling.Unlock()
			return r.verdict(v.of, v.apps, results, time.Since(began))
		})
	}
	return asking.Wait()
}

func (r *comparison) verifications(plan plan.Plan) ([]verification, error) {
	measured := plan.Applications()
	var all []verification
	for i := range r.manifest.Services {
		p := &r.manifest.Services[i]
		if p.Twin || p.Unsupported != "" {
			continue
		}
		apps := measured[p.Name]
		if len(apps) == 0 {
			apps = []protocol.App{protocol.Echo}
		}
		cases, err := conformance.Select(apps, "")
		if err != nil {
			return nil, err
		}
		addrs := map[protocol.App]string{}
		for _, app := range apps {
			addrs[app] = r.bench.Units[p.Name].Addr(app)
		}
		all = append(all, verification{p, apps, cases, conformance.Target{Name: p.Mechanism(), Addrs: addrs}})
	}
	return all, nil
}

// verdict says what came of it. A service that failed is left out; the reference can't be.
func (r *comparison) verdict(p *result.Participant, apps []protocol.App, results []conformance.Result, took time.Duration) error {
	for _, res := range results {
		switch res.Outcome {
		case conformance.Pass:
			p.Verified.Passed++
		case conformance.Declared:
			p.Verified.Declared++
		default:
			p.Verified.Failed = append(p.Verified.Failed, res.Case+": "+res.Reason)
		}
	}
	if len(p.Verified.Failed) == 0 {
		declared := ""
		if p.Verified.Declared > 0 {
			declared = fmt.Sprintf(", %d declared", p.Verified.Declared)
		}
		r.say.Say("verified %-15s %d cases of %s%s in %.1f s", p.Name, p.Verified.Passed, strings.ReplaceAll(protocol.JoinApps(apps), ",", ", "), declared, took.Seconds())
		return nil
	}
	line := fmt.Sprintf("%s breaks the contract and is not measured: %s", p.Name, strings.Join(p.Verified.Failed, "; "))
	if p.Name == target.Reference {
		return errors.New(line + " (it is the reference: without it nothing can be compared)")
	}
	r.say.Say("%s", line)
	r.troubles++
	r.bench.Exclude(p.Name)
	return nil
}
