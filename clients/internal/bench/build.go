package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// service builds services/NAME and returns the binary's path.
func (b *bench) service(name string) (string, error) {
	if _, err := os.Stat(filepath.Join(b.root, "services", name, "main.go")); err != nil {
		return "", fmt.Errorf("there is no services/%s", name)
	}
	path := filepath.Join(b.dir, "service-"+name)
	return path, b.goBuild(b.root, path, "./services/"+name)
}

// goYardstick builds the Go program in tests/yardstick/NAME, of the tests' own module.
func (b *bench) goYardstick(name string) (string, error) {
	path := filepath.Join(b.dir, "yardstick-"+name)
	return path, b.goBuild(filepath.Join(b.root, "tests"), path, "./yardstick/"+name)
}

// goBuild builds as for the images: static, without symbols. With cgo, a program
// that imports net would be another: dynamic, its threads made by the C library.
func (b *bench) goBuild(dir, path, program string) error {
	return b.once(dir, path, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, program)
}

// needs are what a yardstick in C is compiled with beside the usual.
var needs = map[string][]string{
	"thread": {"-pthread"},
	"uring":  {"-std=gnu11", "-luring"}, // older headers of liburing say typeof
}

// yardstick builds tests/yardstick/NAME.c and returns the binary's path.
func (b *bench) yardstick(name string) (string, error) {
	cc, err := compiler()
	if err != nil {
		return "", err
	}
	path := filepath.Join(b.dir, "yardstick-"+name)
	args := append([]string{"-std=c11", "-O2", "-o", path, "tests/yardstick/" + name + ".c"}, needs[name]...)
	return path, hint(b.once(b.root, path, cc, args...))
}

// hint puts the usual reason before the compiler's words.
func hint(err error) error {
	if err == nil || !strings.Contains(err.Error(), "liburing") && !strings.Contains(err.Error(), "-luring") {
		return err
	}
	return fmt.Errorf("the io_uring yardstick needs liburing (Debian: apt-get install liburing-dev): %w", err)
}

// compiler is $CC, or else the first C compiler that is found.
func compiler() (string, error) {
	candidates := []string{"cc", "gcc", "clang"}
	if cc := os.Getenv("CC"); cc != "" {
		candidates = []string{cc}
	}
	for _, cc := range candidates {
		if _, err := exec.LookPath(cc); err == nil {
			return cc, nil
		}
	}
	return "", fmt.Errorf("the yardsticks need a C compiler, and there is no %s here (Debian: apt-get install gcc libc6-dev)", strings.Join(candidates, ", "))
}

// once runs a build in that folder, unless that binary was built (or failed to) before.
func (b *bench) once(dir, path, command string, args ...string) error {
	err, done := b.built[path]
	if !done {
		b.progress("%s: building %s", b.place, filepath.Base(path))
		cmd := exec.CommandContext(b.ctx, command, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		var out []byte
		if out, err = cmd.CombinedOutput(); err != nil {
			err = fmt.Errorf("%s %s: %w: %s", command, strings.Join(args, " "), err, strings.ReplaceAll(strings.TrimSpace(string(out)), "\n", "; "))
		}
		b.built[path] = err
	}
	return err
}

func (b *bench) startService(name, app string) (*server, error) {
	path, err := b.service(name)
	if err != nil {
		return nil, err
	}
	return b.start(path, "-apps", app, "-host", "127.0.0.1", "-ports", app+"=0")
}

func (b *bench) startYardstick(name string) (*server, error) {
	path, err := b.yardstick(name)
	if err != nil {
		return nil, err
	}
	return b.start(path, "0")
}

func (b *bench) startGoYardstick(name string) (*server, error) {
	path, err := b.goYardstick(name)
	if err != nil {
		return nil, err
	}
	return b.start(path, "0")
}
