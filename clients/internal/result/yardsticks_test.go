package result

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/target"
)

func TestYardsticksApart(t *testing.T) {
	run := Run{Path: "there", Manifest: Manifest{Services: []Participant{
		{Service: target.Service{Name: "epoll", Model: "epoll"}},
		{Service: target.Service{Name: "thread", Model: "thread"}},
		{Service: target.Service{Name: "c-thread", Model: "c-thread", Yardstick: "thread"}},
	}}}
	run.Records = []Record{{Model: "epoll", Twin: true}, {Model: "thread"}, {Model: "c-thread"}, {Model: "machine"}}
	compared, yardsticks := run.Apart()
	names := func(of Run) (out []string) {
		for _, r := range of.Records {
			out = append(out, r.Model)
		}
		return out
	}
	assert.Equal(t, []string{"epoll", "thread", "machine"}, names(compared))
	assert.Equal(t, []string{"epoll", "c-thread"}, names(yardsticks), "the twins are the noise of both")
	assert.Len(t, compared.Manifest.Services, 3, "they took part in the run")
	require.Len(t, yardsticks.Manifest.Services, 1)
	assert.Equal(t, map[string]string{"c-thread": "thread"}, run.Manifest.Yardsticks())
	assert.Len(t, run.Records, 4)
	assert.Equal(t, "there", compared.Path)
}
