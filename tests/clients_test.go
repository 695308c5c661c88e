package tests

import (
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
func runClient(t *testing.T, networks []string, stdin, program string, args ...string) (e ended) {
	t.Helper()
	chat := project(t).Services["chat"]
	engine := needDocker(t, chat.Image)
	list, err := filepath.Abs(composeFile)
	require.NoError(t, err)

	c, err := testcontainers.Run(t.Context(), chat.Image,
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
			limits(chat)(h)
			h.Binds = []string{list + ":/compose.yaml:ro,z"}
		}),
	)
	if c != nil {
		testcontainers.CleanupContainer(t, c, testcontainers.StopTimeout(0))
	}
	require.NoError(t, err)

	attached, err := engine.ContainerAttach(t.Context(), c.GetContainerID(), client.ContainerAttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
	require.NoError(t, err)
	defer attached.Close()
	require.NoError(t, attached.Conn.SetDeadline(time.Now().Add(10*patience)))
	require.NoError(t, c.Start(t.Context()))
	_, err = io.WriteString(attached.Conn, stdin)
	require.NoError(t, err)
	require.NoError(t, attached.CloseWrite())
	var out, errors bytes.Buffer
	_, err = stdcopy.StdCopy(&out, &errors, attached.Reader)
	require.NoError(t, err, "%s %v: %s%s", program, args, &out, &errors)

	wait := engine.ContainerWait(t.Context(), c.GetContainerID(), client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	select {
	case result := <-wait.Result:
		e.status = int(result.StatusCode)
	case err := <-wait.Error:
		require.NoError(t, err)
	}
	e.out, e.errors = out.String(), errors.String()
	t.Logf("%s %s: exit status %d\n%s%s", program, strings.Join(args, " "), e.status, e.out, e.errors)
	return e
}
