package tests

import (
	"bufio"
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"github.com/stretchr/testify/require"
	"github.com/testcontainers/testcontainers-go"
)

// guest is one of the lab's clients that runs in a container.
type guest struct {
	name      string // the command
	container *testcontainers.DockerContainer
	engine    *testcontainers.DockerClient
	attached  client.HijackedResponse
	out       *bufio.Reader
	errors    bytes.Buffer  // complete once all of out is read
	copied    chan struct{} // closed then
}

// ended is a client that has run to its end.
type ended struct {
	status      int
	out, errors string
}

// lines returns what it wrote, without empty lines.
func (e ended) lines() []string {
	return strings.FieldsFunc(e.out, func(r rune) bool { return r == '\n' })
}

// client runs one of the lab's clients in a container beside the service.
func (r *running) client(t *testing.T, stdin, program string, args ...string) ended {
	t.Helper()
	return runClient(t, []string{r.network.Name}, stdin, program, args...)
}

// runClient runs one of the lab's clients in a container on these networks, as
// compose.yaml runs chat, with that standard input, and returns when it has ended.
func runClient(t *testing.T, networks []string, stdin, program string, args ...string) ended {
	t.Helper()
	g := invite(t, networks, program, args...)
	_, err := io.WriteString(g.attached.Conn, stdin)
	require.NoError(t, err)
	require.NoError(t, g.attached.CloseWrite())
	return g.end(t)
}

// invite starts a client.
func invite(t *testing.T, networks []string, program string, args ...string) *guest {
	t.Helper()
	chat := project(t).Services["chat"]
	g := &guest{name: program + " " + strings.Join(args, " "), engine: needDocker(t, chat.Image), copied: make(chan struct{})}
	list, err := filepath.Abs(composeFile)
	require.NoError(t, err)

	g.container, err = testcontainers.Run(t.Context(), chat.Image,
		testcontainers.WithNoStart(),
		testcontainers.WithLabels(map[string]string{labelRun: runID}),
		testcontainers.CustomizeRequestOption(func(r *testcontainers.GenericContainerRequest) error {
			r.Networks = networks
			return nil
		}),
		testcontainers.WithEntrypoint("/"+program),
		testcontainers.WithCmd(args...),
		testcontainers.WithConfigModifier(func(c *container.Config) {
			c.User = chat.User
			c.OpenStdin, c.StdinOnce, c.AttachStdin = true, true, true
		}),
		testcontainers.WithHostConfigModifier(func(h *container.HostConfig) {
			limits(t, chat)(h)
			h.Binds = []string{list + ":/compose.yaml:ro,z"}
		}),
	)
	if g.container != nil {
		testcontainers.CleanupContainer(t, g.container, testcontainers.StopTimeout(0))
	}
	require.NoError(t, err)

	attached, err := g.engine.ContainerAttach(t.Context(), g.container.GetContainerID(), client.ContainerAttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
	require.NoError(t, err)
	g.attached = attached.HijackedResponse
	t.Cleanup(g.attached.Close)
	require.NoError(t, g.attached.Conn.SetDeadline(time.Now().Add(10*patience)))
	out, in := io.Pipe()
	t.Cleanup(func() { out.Close() })
	g.out = bufio.NewReader(out)
	go func() {
		defer close(g.copied)
		_, err := stdcopy.StdCopy(in, &g.errors, g.attached.Reader)
		in.CloseWithError(err) // nil is the end of file
	}()
	require.NoError(t, g.container.Start(t.Context()))
	return g
}

// end reads what the client has still to say, and waits for its end.
func (g *guest) end(t *testing.T) (e ended) {
	t.Helper()
	out, err := io.ReadAll(g.out)
	<-g.copied
	require.NoError(t, err, "%s: %s%s", g.name, out, &g.errors)
	wait := g.engine.ContainerWait(t.Context(), g.container.GetContainerID(), client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	select {
	case result := <-wait.Result:
		e.status = int(result.StatusCode)
	case err := <-wait.Error:
		require.NoError(t, err)
	}
	e.out, e.errors = string(out), g.errors.String()
	t.Logf("%s: exit status %d\n%s%s", g.name, e.status, e.out, e.errors)
	return e
}

// interrupt is Ctrl-C.
func (g *guest) interrupt(t *testing.T) {
	t.Helper()
	_, err := g.engine.ContainerKill(t.Context(), g.container.GetContainerID(), client.ContainerKillOptions{Signal: "INT"})
	require.NoError(t, err)
}
