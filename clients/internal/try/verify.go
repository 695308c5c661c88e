package try

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"c10klab/clients/internal/conformance"
	"c10klab/services/protocol"
)

// moreTime is for the cases that are not among the quick ones, in all.
const moreTime = 8 * time.Second

// verify puts the cases to the edited service, the quick ones first, and stops at
// the first that fails. There is time for all the others where each takes what it usually does.
func (s *session) verify(ctx context.Context) error {
	slow := slices.DeleteFunc(slices.Clone(s.Cases), func(c conformance.Case) bool { return c.Quick })
	began := time.Now()
	passed, err := s.put(ctx, conformance.Quick(s.Cases))
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, moreTime)
	defer cancel()
	more, err := s.put(limited, slow)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, ErrContract) {
		return err
	}
	s.say.Say("yours keeps the contract: %d cases of echo in %.1f s", passed+more, time.Since(began).Seconds())
	if left := len(slow) - more; left > 0 {
		s.say.Say("%d more cases were not finished in that time: lab verify -app echo %s", left, s.yours.Model)
	}
	return nil
}

// put puts cases to the service until one fails, and returns how many did not.
func (s *session) put(ctx context.Context, cases []conformance.Case) (passed int, err error) {
	asking, stop := context.WithCancel(ctx)
	defer stop()
	subject := conformance.Target{
		Name:    s.yours.Model,
		Addrs:   map[protocol.App]string{protocol.Echo: s.yours.Addr(protocol.Echo)},
		Control: conformance.Metered{Meter: s.yours.meter, Lease: lease},
	}
	conformance.Run(asking, subject, cases, func(r conformance.Result) {
		s.say.Now(r.Case)
		if r.Outcome == conformance.Fail {
			s.tell(r)
			err = fmt.Errorf("%w: %s: %s", ErrContract, r.Case, r.Reason)
			stop()
			return
		}
		passed++
	})
	if err == nil {
		err = ctx.Err()
	}
	return passed, err
}

// tell shows what the clients of a failed case did and saw.
func (s *session) tell(r conformance.Result) {
	s.say.Say("%s failed: %s", r.Case, r.Title)
	for _, line := range r.Transcript {
		s.say.Say("  %s", line)
	}
}
