package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// engine runs the docker command with these arguments. The error is that of exec.Cmd.Run.
type engine func(ctx context.Context, in io.Reader, out, errs io.Writer, args ...string) error

func docker(ctx context.Context, in io.Reader, out, errs io.Writer, args ...string) error {
	cmd := exec.CommandContext(ctx, "docker", args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us: we take away what is there
	cmd.WaitDelay = time.Second
	return cmd.Run()
}

// Available says why no container can be run; nil: it can.
func Available(ctx context.Context) error {
	_, err := box{docker, time.Now}.ask(ctx, nil, "version", "--format", "{{.Server.Version}}")
	return err
}

// Present says whether the engine has an image.
func Present(ctx context.Context, image string) bool {
	_, err := box{docker, time.Now}.ask(ctx, nil, "image", "inspect", "--format", "{{.Id}}", "--", image)
	return err == nil
}

// answers is how long the engine may take for anything but the program itself.
const answers = time.Minute

// ask asks the engine for something and returns what it printed. The error is one line. What is begun is waited for, also when ctx has
// ended: the engine goes on with what a docker command was killed over, and would leave it behind.
func (b box) ask(ctx context.Context, in io.Reader, args ...string) (string, error) {
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answers)
	defer cancel()
	var out, errs bytes.Buffer
	err := b.docker(ctx, in, &out, &errs, args...)
	switch {
	case err == nil:
		return strings.TrimSpace(out.String()), nil
	case ctx.Err() != nil:
		return "", fmt.Errorf("docker %s: %w", args[0], ctx.Err())
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("there is no docker command on this machine")
	}
	return "", fmt.Errorf("docker %s: %s", args[0], oneLine(errs.String(), err))
}

// oneLine is what a command said last that is worth telling, else its error.
func oneLine(said string, err error) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(lines[i]); line != "" && !strings.HasPrefix(line, "See 'docker") && !strings.Contains(line, " --help") && !strings.HasPrefix(line, "time=") {
			return strings.TrimPrefix(line, "Error response from daemon: ")
		}
	}
	return fmt.Sprint(err)
}
