package comparison

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/kernelfacts"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/switches"
)

// What is asked of the machine has a record for each kind and each fact, in every round.
func TestKernelIsAskedInARun(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts some dozens of processes")
	}
	s := newStand(t)
	s.config.Plan.Experiments, s.config.Plan.Rounds, s.config.Plan.Factor = []string{"switch", "facts", "lock", "copies"}, 2, 0.1
	require.NoError(t, Run(context.Background(), s.config), s.out)
	s.assertGivenBack(t)
	run := s.left(t)
	names := map[string][]string{"lock": {"locked", "unlocked"}, "copies": {"process", "thread"}}
	for _, k := range switches.Kinds() {
		names["switch"] = append(names["switch"], k.Name)
	}
	for _, f := range kernelfacts.Facts() {
		names["facts"] = append(names["facts"], f.Name)
	}
	for experiment, list := range names {
		for _, name := range list {
			records := of(run, name, experiment)
			assert.Len(t, records, 2, "%s of %s", experiment, name)
			for _, r := range records {
				assert.Equal(t, result.OK, r.Outcome, r.Reason)
				assert.NotEmpty(t, r.Figures)
				assert.Empty(t, r.Contender.Service)
			}
		}
	}
}
