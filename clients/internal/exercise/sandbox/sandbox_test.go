package sandbox

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatAContainerMayDo(t *testing.T) {
	f := newFake()
	f.program = func(_ context.Context, in io.Reader, out, errs io.Writer) error {
		_, _ = io.Copy(out, in)
		_, _ = io.WriteString(errs, "oh")
		return nil
	}
	out, err := f.run(t, t.Context(), Limits{Memory: 1 << 20, Output: 100}, File{Name: "src/main.go", Content: []byte("package main")}, File{Name: "a", Executable: true})
	require.NoError(t, err)
	assert.Equal(t, Output{Stdout: []byte("e"), Stderr: []byte("oh"), End: Exited}, out)

	made := f.of("create")
	require.Len(t, made, 2, "one to copy into, one to run")
	line := strings.Join(made[1], " ")
	for _, want := range []string{
		"--network none", "--read-only", "--cap-drop ALL", "--security-opt no-new-privileges:true", "--user 65534:65534", "--pull never", "--ipc none",
		"--log-driver none", "--memory 1048576 --memory-swap 1048576", "--pids-limit 1024", "--cpus 2.00", "--ulimit core=0:0",
		"--tmpfs /tmp:rw,exec,nosuid,nodev,uid=65534,gid=65534,mode=1777,size=536870912,nr_inodes=20000", "--env C=d", "--interactive", "--label c10klab=box",
	} {
		assert.Contains(t, line, " "+want+" ")
	}
	assert.NotRegexp(t, `--(volume|mount|privileged|cap-add|device|publish)|-v `, line)
	assert.Regexp(t, ` --entrypoint /box/a c10klab-box-\d+-\w+ b$`, line, "the image with the files, not the one that was named")
	var names []string
	for _, h := range f.files {
		names = append(names, h.Name)
		assert.Zero(t, h.Uid, "%s belongs to root", h.Name)
		if h.Typeflag == tar.TypeReg {
			assert.Zero(t, h.Mode&0o222, "%s can't be changed", h.Name)
		}
	}
	assert.Equal(t, []string{"box/", "box/src/", "box/src/main.go", "box/a"}, names)
	assert.EqualValues(t, 0o555, f.files[3].Mode)
}

func TestWithoutFilesNoImageIsMade(t *testing.T) {
	f := newFake()
	_, err := f.run(t, t.Context(), Limits{})
	require.NoError(t, err)
	assert.Len(t, f.of("create"), 1)
	assert.Empty(t, f.of("commit"))
}

func TestHowProgramsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		limits Limits
		said   string // ten times
		state  string
		want   End
		status int
	}{
		"takes for ever":    {Limits{Time: time.Millisecond}, "x", "137 false false 2026", TimeUp, 137},
		"prints for ever":   {Limits{Output: 95}, "0123456789", "137 false false 2026", Flooded, 137},
		"prints all it may": {Limits{Output: 100, Time: time.Millisecond}, "0123456789", "137 false false 2026", TimeUp, 137},
	} {
		f := newFake()
		f.state = c.state
		f.untilKilled(c.said)
		out, err := f.run(t, t.Context(), c.limits)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, out.End, name)
		assert.Equal(t, c.status, out.Status, name)
		assert.LessOrEqual(t, int64(len(out.Stdout)), c.limits.filled().Output, name)
		assert.Len(t, f.of("kill"), 1, name)
	}
}

func TestEndsThatOnlyTheEngineKnows(t *testing.T) {
	for state, want := range map[string]Output{
		"0 false false 2026":   {End: Exited},
		"3 false false 2026":   {End: Exited, Status: 3},
		"137 false true 2026":  {End: NoMemory, Status: 137},
		"0 false true 2026":    {End: Exited}, // a child of it was killed
		"137 false false 2026": {End: Exited, Status: 137},
	} {
		f := newFake()
		f.state = state
		out, err := f.run(t, t.Context(), Limits{})
		require.NoError(t, err, state)
		assert.Equal(t, want, out, state)
	}
	for state, want := range map[string]string{
		"127 false false 0001-01-01T00:00:00Z": "the container could not be started: no such program",
		"0 true false 2026":                    "docker start left the container: exit status 1",
		"nonsense":                             `docker inspect said "nonsense"`,
	} {
		f := newFake()
		f.state = state
		f.program = func(_ context.Context, _ io.Reader, _, errs io.Writer) error {
			_, _ = io.WriteString(errs, "Error response from daemon: no such program\n")
			return errors.New("exit status 1")
		}
		_, err := f.run(t, t.Context(), Limits{})
		assert.ErrorContains(t, err, want)
	}
}

func TestItEndsBeforeAnybodyLooked(t *testing.T) {
	f := newFake()
	f.program = func(_ context.Context, _ io.Reader, out, _ io.Writer) error {
		_, err := io.WriteString(out, "ten bytes!")
		return err
	}
	out, err := f.run(t, t.Context(), Limits{Output: 9})
	require.NoError(t, err)
	assert.Equal(t, Flooded, out.End)
	assert.Equal(t, "ten bytes", string(out.Stdout))
}

// Whatever fails, or is interrupted, leaves nothing and says itself in one line.
func TestNothingIsLeftBehind(t *testing.T) {
	for _, command := range []string{"create", "cp", "commit", "inspect"} {
		f := newFake()
		f.fails = command
		_, err := f.run(t, t.Context(), Limits{}, File{Name: "a"})
		assert.EqualError(t, err, "docker "+command+": no "+command+" here")
	}
	f := newFake()
	ctx, cancel := context.WithCancel(t.Context())
	f.program = func(context.Context, io.Reader, io.Writer, io.Writer) error {
		cancel()
		<-t.Context().Done() // a docker command that hangs
		return nil
	}
	_, err := f.run(t, ctx, Limits{})
	assert.ErrorIs(t, err, context.Canceled)

	f = newFake()
	begun, cancel := context.WithCancel(t.Context())
	interrupted := func(ctx context.Context, in io.Reader, out, errs io.Writer, args ...string) error {
		if args[0] == "commit" {
			cancel()
			assert.NoError(t, ctx.Err(), "the engine would go on with it")
		}
		return f.docker(ctx, in, out, errs, args...)
	}
	_, err = box{interrupted, time.Now}.run(begun, Limits{}, "image", []File{{Name: "a"}}, Command{Args: []string{"/box/a"}})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, f.there)

	none := box{func(context.Context, io.Reader, io.Writer, io.Writer, ...string) error {
		return &exec.Error{Name: "docker", Err: exec.ErrNotFound}
	}, time.Now}
	_, err = none.run(t.Context(), Limits{}, "image", nil, Command{Args: []string{"/a"}})
	assert.EqualError(t, err, "there is no docker command on this machine")
}

func TestWhatItRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		args  []string
		files []File
		want  string
	}{
		"no command":     {nil, nil, "a container's command begins with a path"},
		"no path":        {[]string{"-rm"}, nil, "a container's command begins with a path"},
		"leads out":      {[]string{"/a"}, []File{{Name: "../etc/passwd"}}, `"../etc/passwd" is no name of a file below /box`},
		"absolute":       {[]string{"/a"}, []File{{Name: "/etc/passwd"}}, "is no name"},
		"the folder":     {[]string{"/a"}, []File{{Name: "."}}, "is no name"},
		"twice the same": {[]string{"/a"}, []File{{Name: "a"}, {Name: "a"}}, "two files a"},
	} {
		f := newFake()
		_, err := box{f.docker, time.Now}.run(t.Context(), Limits{}, "image", c.files, Command{Args: c.args})
		assert.ErrorContains(t, err, c.want, name)
		assert.Empty(t, f.asked, name)
	}
}

// Who was killed can't take anything away: the next one does, after its time.
func TestSweep(t *testing.T) {
	f := newFake()
	past, due := newName(noon.Add(-time.Second)), newName(noon.Add(time.Hour))
	for _, name := range []string{past, past + "-files", "image " + past, due, "image " + due, "somebody-elses"} {
		f.there[name] = true
	}
	box{f.docker, func() time.Time { return noon }}.sweep(t.Context())
	assert.Equal(t, map[string]bool{due: true, "image " + due: true, "somebody-elses": true}, f.there)
	_, ours := deadline("c10klab-box-soon-x")
	assert.False(t, ours)
}
