package tests

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/testcontainers/testcontainers-go/modules/compose"
	"github.com/testcontainers/testcontainers-go/wait"
)

// The whole of compose.yaml comes up, the lab measures a short plan and leaves
// its results; then a user talks to a service through chat.
func TestComposeUp(t *testing.T) {
	var images []string
	for _, s := range project(t).Services {
		if s.Labels[labelYardstick] == "" { // built where they are asked for
			images = append(images, s.Image)
		}
	}
	needDocker(t, images...)
	results := t.TempDir()
	if os.Getuid() == 0 {
		require.NoError(t, os.Chown(results, 65533, 65533)) // as the checkout of an ordinary user would be
	}
	changes := filepath.Join(t.TempDir(), "changes.yaml")
	require.NoError(t, os.WriteFile(changes, fmt.Appendf(nil, shortPlan, results), 0o644))

	name := projects + runID
	stack, err := compose.NewDockerComposeWith(compose.StackIdentifier(name), compose.WithStackFiles(composeFile, changes))
	require.NoError(t, err)
	t.Cleanup(func() {
		gone(t, name, stack.Down(context.Background(), compose.RemoveOrphans(true), compose.RemoveVolumes(true)))
		assert.NoError(t, stack.Close())
	})
	err = stack.WithOsEnv().WaitForService("lab", wait.ForExit().WithExitTimeout(10*patience)).Up(t.Context())
	require.NoError(t, err)

	lab, err := stack.ServiceContainer(t.Context(), "lab")
	require.NoError(t, err)
	log := (&running{container: lab}).log(t)
	t.Log(log)
	state, err := lab.State(t.Context())
	require.NoError(t, err)
	assert.Zero(t, state.ExitCode)
	m, lines := readRun(t, results)
	checkComplete(t, m, lines, "latency", "throughput")
	checkOwner(t, results)
	for _, s := range m.Services {
		listed := project(t).Services[s.Name]
		assert.EqualValues(t, listed.MemLimit, s.Found["memory_bytes"], s.Name)
		assert.EqualValues(t, listed.MemSwapLimit, s.Found["memswap_bytes"], s.Name)
		assert.EqualValues(t, listed.PidsLimit, s.Found["pids"], s.Name)
		assert.EqualValues(t, nofile(listed), s.Found["nofile"], s.Name)
		assert.EqualValues(t, somaxconn(t, listed), s.Found["somaxconn"], s.Name)
	}
	for _, s := range models(t) {
		assert.Contains(t, log, s.Name, "the table has a row for each model")
	}

	// The services stay up. No port is published, and each is healthy as its meter says.
	for _, s := range services(t) {
		c, err := stack.ServiceContainer(t.Context(), s.Name)
		require.NoError(t, err)
		facts, err := c.Inspect(t.Context())
		require.NoError(t, err)
		assert.True(t, facts.State.Running, s.Name)
		assert.Empty(t, facts.HostConfig.PortBindings, s.Name)
		status, _, err := c.Exec(t.Context(), []string{"/meter", "-check"})
		require.NoError(t, err)
		assert.Zero(t, status, "%s: its health check", s.Name)
	}

	// They serve whoever comes next.
	chatWith(t, name, models(t))
}

// chatWith has a client in a container talk to each of these services of a project that is up, several at a time.
func chatWith(t *testing.T, project string, list []types.ServiceConfig) {
	t.Helper()
	t.Run("chat", func(t *testing.T) { // which ends when all of them have
		for _, s := range list {
			t.Run(s.Name, func(t *testing.T) {
				t.Parallel()
				chat := runClient(t, []string{project + "_data", project + "_control"}, "hi\n", "chat", s.Name, "echo")
				assert.Zero(t, chat.status)
				assert.Equal(t, "hi\n", chat.out)
			})
		}
	})
}

// What a user types without having started anything: compose starts the services, and each answers through chat. The
// first is asked by docker compose run, and one more, which finds them up; the others without it, for it takes seconds.
func TestComposeRunChat(t *testing.T) {
	needDocker(t, project(t).Services["chat"].Image)
	name := projects + chats + runID
	compose := func(ctx context.Context, stdin string, args ...string) (out string, err error) {
		var answer, problems bytes.Buffer
		cmd := exec.CommandContext(ctx, "docker", append([]string{"compose", "-p", name, "-f", composeFile}, args...)...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &answer, &problems
		if err = cmd.Run(); err != nil {
			err = fmt.Errorf("docker compose %v: %w: %s", args, err, &problems)
		}
		return answer.String(), err
	}
	t.Cleanup(func() {
		_, err := compose(context.Background(), "", "down", "--volumes")
		gone(t, name, err)
	})
	list := models(t)
	for _, s := range list[:2] {
		answer, err := compose(t.Context(), "hi\n", "run", "--rm", "-T", "chat", s.Name, "echo")
		require.NoError(t, err)
		assert.Equal(t, "hi\n", answer, s.Name)
	}
	chatWith(t, name, list[2:])
}

// gone asserts that compose has taken a project away, but for a network that the engine can't let go.
func gone(t *testing.T, project string, err error) {
	t.Helper()
	ctx := context.Background()
	for _, network := range []string{"data", "control"} {
		if stale(ctx, needDocker(t), project+"_"+network, err) {
			t.Log("the engine keeps a network that nobody is in: ", err)
			return
		}
	}
	assert.NoError(t, err)
}

// shortPlan changes what the lab does and where its results go.
const shortPlan = `services:
  lab:
    command: [run, -experiments, "latency,throughput", -rounds, "1"]
    volumes:
      - {type: bind, source: %q, target: /results}
`
