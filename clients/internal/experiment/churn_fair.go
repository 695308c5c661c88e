package experiment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Fair: clients each of which comes, asks, leaves and comes again, side by side: whether each gets its share of what the
// server takes, and whether any is refused. Several that accept from one listening socket take whom the kernel gives them.
var fair = Experiment{
	Name:   "fair",
	About:  "16 clients that come, ask once, leave and come again: is each served as often, is any refused",
	Metric: result.Figures,
	Cells:  []Cell{{Visits: 16, Window: 800 * time.Millisecond, Load: "visits of 16 clients: connect, one request, reset"}},
	Ask:    askFair,
}

// askFair finds the visits of all, Jain's index over the clients, and the errors that they met.
func askFair(ctx context.Context, s Subject, c Cell) (Answer, error) {
	visits := make([]uint64, c.Visits)
	got := make([]engine.Measured, c.Visits)
	var clients errgroup.Group
	for i := range visits {
		own, err := s.Engine(fmt.Sprintf("client %d", i+1), engine.Options{})
		if err != nil {
			return Answer{}, err
		}
		client, err := own.Churn(ctx, s.Addr(protocol.Echo), 1)
		if err != nil {
			return Answer{}, err
		}
		defer client.Close()
		clients.Go(func() (err error) {
			got[i], err = client.Steady(ctx, c.Window/10, c.Window*9/10)
			visits[i] = got[i].Requests
			if ours := errors.Is(err, engine.ErrPorts) || errors.Is(err, engine.ErrDescriptors); !ours && got[i].Errors.Total() > 0 {
				err = nil // it is what is counted
			}
			return err
		})
	}
	err := clients.Wait()
	a := Answer{Figures: map[string]float64{}}
	rate := 0.0
	var met engine.Errors
	for _, m := range got {
		rate += m.Rate()
		met.Add(m.Errors)
	}
	a.Figures["visits_per_s"], a.Figures["jain"], a.Figures["errors"] = rate, engine.Jain(visits), float64(met.Total())
	if met.First != "" {
		a.Notes = map[string]string{"errors": met.First}
	}
	return a, err
}
