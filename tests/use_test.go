package tests

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// The clients, as users run them, in a container beside each service.

func testChat(t *testing.T, r *running) {
	for app, want := range map[protocol.App]string{
		protocol.Echo: "hi\n",
		protocol.Menu: protocol.MenuGreeting + protocol.MenuAgain,
	} {
		chat := r.client(t, "hi\n", "chat", r.Name, app.String())
		assert.Zero(t, chat.status)
		assert.Equal(t, want, chat.out)
	}
}

func testSwarm(t *testing.T, r *running) {
	swarm := r.client(t, "", "swarm", "-n", "50", "-app", "echo", "-every", "100ms", "-d", "1s", r.Name)
	assert.Zero(t, swarm.status)
	said := swarm.out + swarm.errors
	assert.Contains(t, said, "50 connections")
	assert.Contains(t, said, " 0 failed") // who isn't answered is kept waiting, and comes to no harm
	assert.GreaterOrEqual(t, strings.Count(said, " ok\n"), natureOf(t, r.ServiceConfig).served(50), "replies that were as sent")
}

func testLoad(t *testing.T, r *running) {
	clients := natureOf(t, r.ServiceConfig).served(8)
	load := r.client(t, "", "load", "-json", "-c", strconv.Itoa(clients), "-warm", "100ms", "-d", "500ms", "tcp://"+r.Name+".data:7007")
	assert.Zero(t, load.status)
	require.Len(t, load.lines(), 1)
	figures := decode[struct {
		Replies  uint64  `json:"replies"`
		Rate     float64 `json:"replies_per_s"`
		Answered int     `json:"connections_answered"`
		Failed   int     `json:"connections_failed"`
	}](t, []byte(load.out))
	assert.Positive(t, figures.Replies)
	assert.Positive(t, figures.Rate)
	assert.Equal(t, clients, figures.Answered)
	assert.Zero(t, figures.Failed)
}

// A target that is not there is one clear line, and no success.
func TestClientsSayWhatIsMissing(t *testing.T) {
	needDocker(t)
	r := start(t, models(t)[0])
	for _, args := range [][]string{
		{"chat", "nobody", "echo"},
		{"chat", r.Name, "nothing"},
		{"swarm", "-n", "2", "nobody"},
		{"load", "-d", "1s", "tcp://" + r.Name + ".data:1"},
		{"lab", "verify", "nobody"},
		{"lab", "run", "-experiments", "nothing"},
		{"lab", "nonsense"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			e := r.client(t, "", args[0], args[1:]...)
			assert.NotZero(t, e.status)
			assert.NotEmpty(t, strings.TrimSpace(e.errors))
			assert.NotContains(t, e.errors, "goroutine ", "a panic is no message")
		})
	}
}
