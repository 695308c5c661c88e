package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCheckRefuses(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"check epoll", `lab check takes no arguments, and got "epoll"`},
		{"check -time 0", "-time 0: a factor is 0.05 to 100"},
		{"check -seed x", "seed"},
	} {
		status, _, stderr := lab(t, root, strings.Fields(c.args)...)
		assert.Equal(t, exitUsage, status, "lab %s\n%s", c.args, stderr)
		assert.Contains(t, stderr, c.want, "lab %s", c.args)
	}
	status, _, stderr := lab(t, root, "check")
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, stderr, "can't be resolved, so this is no container of the lab's networks")
}

// The faults are found whatever the noise; what else is found depends on the machine.
func TestCheckFindsFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("it makes some dozens of trials")
	}
	status, stdout, stderr := lab(t, root, "check", "-local", binaries(t), "-time", "0.1")
	assert.Contains(t, []int{0, exitFailed}, status, stderr)
	assert.Regexp(t, `(?m)^quiet machine: (passed|no, by gate 0: .+|no, though gate 0 passed: .+)`, stdout)
	for _, fault := range []string{"stall", "starved client", "corrupted reply"} {
		assert.Regexp(t, `(?m)^ `+fault+` .* withheld +- +found$`, stdout)
	}
	for _, effect := range []string{"3 % slower", "10 % slower"} {
		assert.Regexp(t, `(?m)^ `+effect+` .* (found|not found here|NOT FOUND)$`, stdout)
	}
	assert.Equal(t, status == exitFailed, strings.Contains(stdout, "VOID: ") || strings.Contains(stdout, "F is not known: "))
}
