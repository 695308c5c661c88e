package result

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/target"
)

func TestPathsAreNobodysContenders(t *testing.T) {
	run := Run{Manifest: Manifest{Services: []Participant{
		{Service: target.Service{Name: "epoll", Model: "epoll"}},
		{Service: target.Service{Name: "epoll-host", Model: "epoll-host", Path: "host"}},
	}}}
	run.Records = []Record{
		{Model: "epoll", Twin: true, Experiment: "latency"},
		{Model: "thread", Experiment: "latency"},
		{Model: "epoll", Twin: true, Experiment: Hop},
		{Model: "epoll-host", Experiment: Hop},
	}
	compared, yardsticks := run.Apart()
	assert.Len(t, compared.Records, 2)
	assert.Len(t, yardsticks.Records, 1, "the bridge's twin is no noise of theirs")
	paths := run.OfPaths()
	assert.Equal(t, run.Records[2:], paths.Records)
	require.Len(t, paths.Manifest.Services, 1)
	assert.Equal(t, "epoll-host", paths.Manifest.Services[0].Name)
	assert.Len(t, run.Manifest.Services, 2)
}
