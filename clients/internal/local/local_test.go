package local

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/target"
)

func TestEachServiceHasAPlaceOfItsOwn(t *testing.T) {
	own, err := choose(3, Network{Own: true})
	require.NoError(t, err)
	assert.Equal(t, "127.0.1.2", own[1].host)
	assert.Equal(t, "127.0.1.2:9100", own[1].control)
	assert.Nil(t, own[1].ports)

	host, err := choose(3, Network{})
	require.NoError(t, err)
	seen := map[int]bool{}
	for _, p := range host {
		assert.Len(t, p.ports, 6)
		for _, port := range p.ports {
			assert.False(t, seen[port], "port %d is chosen twice", port)
			seen[port] = true
		}
	}
}

func TestLimitsArePassedOn(t *testing.T) {
	s := target.Service{Name: "epoll", Limits: target.Limits{CPUs: "0", NoFile: 20000, Memory: 1 << 30, PIDs: 12000}}
	flags := strings.Join(limitFlags(s), " ")
	assert.Contains(t, flags, "-cpus 0 -nofile 20000 -memory 1073741824 -pids 12000")
	assert.Contains(t, flags, "-epoll")
	assert.NotContains(t, strings.Join(limitFlags(target.Service{Name: "x"}), " "), "-nofile")
}

func TestNetworkSaysWhy(t *testing.T) {
	t.Setenv(mark, "own")
	n, ok := Entered()
	assert.True(t, ok)
	assert.True(t, n.Own)
	t.Setenv(mark, "host: operation not permitted")
	n, ok = Entered()
	assert.True(t, ok)
	assert.Contains(t, n.String(), "loopback of the host (no namespace of its own: operation not permitted)")
	t.Setenv(mark, "")
	_, ok = Entered()
	assert.False(t, ok)
}

// script writes a program that stands in for the meter.
func script(t *testing.T, dir, name, body string) {
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755))
}

func TestFleetEndsWhatItStarted(t *testing.T) {
	dir := t.TempDir()
	script(t, dir, "meter", "trap 'echo ended; exit 0' TERM; echo up; while :; do sleep 0.05; done")
	script(t, dir, "epoll", "exit 0")
	f, err := Start(dir, []target.Service{{Name: "epoll", Model: "epoll", Program: "epoll"}, {Name: "epoll-twin", Model: "epoll", Program: "epoll"}}, Network{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	require.Len(t, f.Targets(), 2)
	assert.NotEqual(t, f.Targets()[0].Control, f.Targets()[1].Control)
	assert.NoError(t, f.Problem("epoll"))
	require.NoError(t, f.Close())
	for _, m := range f.members {
		assert.NotNil(t, m.cmd.ProcessState)
	}
}

func TestMeterThatEndsIsAProblem(t *testing.T) {
	dir := t.TempDir()
	script(t, dir, "meter", "echo 'meter: address in use' >&2; exit 1")
	script(t, dir, "epoll", "exit 0")
	f, err := Start(dir, []target.Service{{Name: "epoll", Model: "epoll", Program: "epoll"}}, Network{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	<-f.members[0].ended
	assert.ErrorContains(t, f.Problem("epoll"), "exit status 1")
	assert.ErrorContains(t, f.Problem("epoll"), "meter: address in use")
}

func TestProgramAndArgumentsOfTheComposeFile(t *testing.T) {
	dir, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	script(t, dir, "meter", `echo "$@" >> `+log+"; exec sleep 60")
	script(t, dir, "socketserver", "exit 0")
	f, err := Start(dir, []target.Service{{Name: "forkingserver", Model: "forkingserver", Program: "socketserver", Args: []string{"-mixin", "forking"}}}, Network{Own: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	require.Eventually(t, func() bool { text, _ := os.ReadFile(log); return len(text) > 0 }, time.Minute, 5*time.Millisecond)
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	assert.Contains(t, string(text), filepath.Join(dir, "socketserver")+" -host 127.0.1.1 -mixin forking\n")
}

func TestMissingBinaries(t *testing.T) {
	dir := t.TempDir()
	_, err := Start(dir, nil, Network{})
	assert.ErrorContains(t, err, "folder of binaries: ")
	script(t, dir, "meter", "sleep 60")
	_, err = Start(dir, []target.Service{{Name: "epoll", Model: "epoll", Program: "epoll"}}, Network{})
	assert.ErrorContains(t, err, "epoll: stat "+filepath.Join(dir, "epoll"))
}
