package tests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sandbox is the program that runs another in the container in which grade-all runs what strangers wrote.
type sandbox struct {
	program, hostile, image string
}

// boxed is what it says.
type boxed struct {
	Stdout, Stderr string
	Status         int
	End            string
}

func newSandbox(t *testing.T) sandbox {
	t.Helper()
	image := models(t)[0].Image
	needDocker(t, image)
	dir := t.TempDir()
	s := sandbox{filepath.Join(dir, "box"), filepath.Join(dir, "hostile"), image}
	for to, from := range map[string]string{s.program: "../clients/internal/exercise/sandbox/box", s.hostile: "./testdata/hostile"} {
		path, err := filepath.Abs(from)
		require.NoError(t, err)
		cmd := exec.CommandContext(t.Context(), "go", "build", "-o", to, ".")
		cmd.Dir, cmd.Env = path, append(os.Environ(), "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", from, out)
	}
	return s
}

func (s sandbox) command(t *testing.T, args ...string) (cmd *exec.Cmd, out, errs *bytes.Buffer) {
	cmd = exec.CommandContext(t.Context(), s.program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	out, errs = &bytes.Buffer{}, &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, errs
	return cmd, out, errs
}

// run runs the hostile program under limits (flags of the sandbox), to do what is said after --.
func (s sandbox) run(t *testing.T, limits string, do ...string) boxed {
	t.Helper()
	args := append(strings.Fields(limits), "-image", s.image, "-file", "hostile="+s.hostile, "/box/hostile")
	cmd, out, errs := s.command(t, append(args, do...)...)
	require.NoError(t, cmd.Run(), errs.String())
	return decode[boxed](t, out.Bytes())
}

// boxes are the containers and images that the sandbox has made.
func boxes(t *testing.T) (names []string) {
	t.Helper()
	docker := needDocker(t)
	label := client.Filters{}.Add("label", "c10klab=box")
	containers, err := docker.ContainerList(t.Context(), client.ContainerListOptions{All: true, Filters: label})
	require.NoError(t, err)
	for _, c := range containers.Items {
		names = append(names, c.Names...)
	}
	images, err := docker.ImageList(t.Context(), client.ImageListOptions{Filters: label})
	require.NoError(t, err)
	for _, i := range images.Items {
		names = append(names, i.ID)
	}
	slices.Sort(names)
	return names
}

// What means harm does none: it ends, is told from what ends by itself, and leaves nothing.
func TestSandbox(t *testing.T) {
	s := newSandbox(t)
	before := boxes(t)
	const killed = "killed: it "
	t.Run("who", func(t *testing.T) {
		is := s.run(t, "", "who")
		assert.Equal(t, "exited", is.End)
		for _, want := range []string{"Uid: 65534 65534 65534 65534", "CapEff: 0000000000000000", "CapBnd: 0000000000000000", "NoNewPrivs: 1", "Seccomp: 2"} {
			assert.Contains(t, is.Stdout, want+"\n")
		}
		assert.NotContains(t, is.Stdout, os.Getenv("HOME")+" ", "nothing of this machine's environment")
	})
	t.Run("forks away", func(t *testing.T) {
		bomb := s.run(t, "-time 2s -pids 64", "fork")
		assert.Equal(t, killed+"took longer than it may", bomb.End)
		assert.Equal(t, 137, bomb.Status)
	})
	t.Run("fills the disk", func(t *testing.T) {
		full := s.run(t, "-disk 8388608", "fill")
		assert.Equal(t, "wrote 8388608 write /tmp/fill: no space left on device\n", full.Stdout)
		many := s.run(t, "-inodes 100", "files")
		assert.Regexp(t, `^made \d\d open /tmp/\d\d: no space left on device\n$`, many.Stdout)
	})
	t.Run("prints for ever", func(t *testing.T) {
		flood := s.run(t, "-output 100000", "print")
		assert.Equal(t, killed+"wrote more than it may", flood.End)
		assert.Len(t, flood.Stdout+flood.Stderr, 100_000)
	})
	t.Run("eats memory", func(t *testing.T) {
		greedy := s.run(t, "-memory 67108864", "eat")
		assert.Equal(t, killed+"took more memory than it may", greedy.End)
	})
	t.Run("dials out", func(t *testing.T) {
		alone := s.run(t, "", "net", "172.17.0.1:22", "192.0.2.1:80", "localhost.test:80")
		assert.Contains(t, alone.Stdout, "interface lo\n")
		assert.NotContains(t, alone.Stdout, "interface eth")
		assert.Contains(t, alone.Stdout, "dial tcp 172.17.0.1:22: connect: network is unreachable\n")
		assert.Contains(t, alone.Stdout, "dial tcp 192.0.2.1:80: connect: network is unreachable\n")
		assert.Equal(t, 3, strings.Count(alone.Stdout, "dial tcp"), "none was reached: %s", alone.Stdout)
	})
	t.Run("plants files", func(t *testing.T) {
		plants := s.run(t, "", "plant")
		tried := 0
		for line := range strings.Lines(plants.Stdout) {
			if what, ok := strings.CutPrefix(line, "planted "); ok {
				tried++
				assert.True(t, strings.HasSuffix(line, " refused\n"), what)
			}
		}
		assert.Equal(t, 12, tried, plants.Stdout)
		assert.Contains(t, plants.Stdout, "sockets []\n")
	})
	t.Run("stays", func(t *testing.T) {
		stays := s.run(t, "-time 2s", "stay")
		assert.Equal(t, killed+"took longer than it may", stays.End)
		assert.Equal(t, "staying\n", stays.Stdout, "what it said before is kept")
	})
	t.Run("leaves a child", func(t *testing.T) {
		orphan := s.run(t, "", "orphan")
		assert.Equal(t, "exited", orphan.End)
		assert.Contains(t, orphan.Stdout, "started <nil>\n")
	})
	t.Run("is interrupted", func(t *testing.T) {
		cmd, _, errs := s.command(t, "-image", s.image, "-file", "hostile="+s.hostile, "/box/hostile", "stay")
		require.NoError(t, cmd.Start())
		eventually(t, func() string {
			if len(boxes(t)) >= len(before)+2 { // the image with the files, and its container
				return ""
			}
			return "no container yet"
		})
		require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
		assert.Error(t, cmd.Wait())
		assert.Contains(t, errs.String(), "box: ")
		assert.Equal(t, 1, strings.Count(errs.String(), "\n"), errs.String())
	})
	assert.Equal(t, before, boxes(t), "nothing is left behind")
}

func TestSandboxRefuses(t *testing.T) {
	s := newSandbox(t)
	for want, args := range map[string][]string{
		"box: docker create: ":                       {"-image", "c10klab-there-is-none", "/box/hostile"},
		"box: the container could not be started: ":  {"-image", s.image, "/box/hostile"},
		"box: a container's command begins with a p": {"-image", s.image, "hostile"},
	} {
		cmd, out, errs := s.command(t, args...)
		assert.Error(t, cmd.Run())
		assert.Contains(t, errs.String(), want)
		assert.Equal(t, 1, strings.Count(errs.String(), "\n"), errs.String())
		assert.Empty(t, out.String())
	}
}

// A submission is compiled there as well: without network, in the folder that can be written to.
func TestSandboxBuilds(t *testing.T) {
	s := newSandbox(t)
	s.image = os.Getenv("GO_IMAGE")
	if s.image == "" {
		t.Skip("GO_IMAGE names the image to build in: make test, or .ci/with-docker go test, sets it")
	}
	needDocker(t, s.image)
	dir := t.TempDir()
	module, program := filepath.Join(dir, "go.mod"), filepath.Join(dir, "main.go")
	require.NoError(t, os.WriteFile(module, []byte("module submission\n\ngo 1.26\n"), 0o644))
	require.NoError(t, os.WriteFile(program, []byte("package main\n\nfunc main() { println(\"built\") }\n"), 0o644))
	cmd, out, errs := s.command(t, "-image", s.image, "-file", "src/go.mod="+module, "-file", "src/main.go="+program,
		"/usr/local/go/bin/go", "run", "-C", "/box/src", ".")
	require.NoError(t, cmd.Run(), errs.String())
	built := decode[boxed](t, out.Bytes())
	assert.Equal(t, "built\n", built.Stderr, "%s", built.Stdout)
	assert.Equal(t, "exited", built.End)
}

// In a class one program forks away, one is whole, and one student handed in predictions: each costs or earns its own points only.
func TestGradeAllWithPrograms(t *testing.T) {
	if os.Getenv("GO_IMAGE") == "" {
		t.Skip("GO_IMAGE names the image to build in: make test, or .ci/with-docker go test, sets it")
	}
	needDocker(t, os.Getenv("GO_IMAGE"))
	before := boxes(t)
	const exercises = "../clients/internal/exercise"
	whole, err := os.ReadFile(exercises + "/building/testdata/solutions/go/21-select-loop.go")
	require.NoError(t, err)
	answers, err := os.ReadFile(exercises + "/sheets/testdata/06/right.yaml")
	require.NoError(t, err)
	results, err := filepath.Abs(exercises + "/sheets/testdata/06")
	require.NoError(t, err)
	p, class := newPlace(t), t.TempDir()
	require.NoError(t, os.Chmod(class, 0o755))
	put := func(path, text string) {
		require.NoError(t, os.MkdirAll(filepath.Join(class, filepath.Dir(path)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(class, path), []byte(text), 0o644))
	}
	const mark = `{"exercise": 21, "name": "select-loop", "seed": "4711", "lang": "go"}`
	put("fork/exercise.json", mark)
	put("fork/main.go", `package main

import (
	"os"
	"syscall"
)

func init() {
	for {
		_, _ = syscall.ForkExec("/proc/self/exe", os.Args, &syscall.ProcAttr{})
	}
}

func serve(listener, stop int) error { return nil }
`)
	put("predictions/answers.yaml", string(answers))
	put("whole/exercise.json", mark)
	put("whole/main.go", string(whole))
	put("whole/calls.go", "package main\n\nthis is replaced by the released file\n")

	lab := p.lab(t, "exercise", "grade-all", "-format", "json", "-results", results, class)
	lab.SysProcAttr.Credential = nil // the user of the test is one whom Docker answers
	require.NoError(t, lab.Run(), lab.errors.String())
	rows := decode[[]struct {
		Folder, Status, Remark string
		Points, Right          int
	}](t, lab.out.Bytes())
	require.Len(t, rows, 3)
	fork, predictions, one := rows[0], rows[1], rows[2]
	assert.Equal(t, "failed", fork.Status, fork.Remark)
	assert.Zero(t, fork.Right)
	assert.Equal(t, "passed", predictions.Status, predictions.Remark)
	assert.Equal(t, predictions.Points, predictions.Right)
	assert.Contains(t, []string{"passed", "failed"}, one.Status, one.Remark)
	assert.Greater(t, one.Right, one.Points/2, one.Remark)
	assert.Contains(t, one.Remark, "replaced by the released ones: ")
	assert.Contains(t, one.Remark, "calls.go")
	assert.Equal(t, before, boxes(t), "nothing is left behind")
}
