package main

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// The profile forbids what it does not name, names io_uring, and nothing that
// reaches beyond the container.
func TestTheSeccompProfile(t *testing.T) {
	var profile struct {
		DefaultAction   string
		DefaultErrnoRet unix.Errno
		Syscalls        []struct {
			Names  []string
			Action string
			Args   []struct{ Value uint64 }
		}
	}
	text, err := os.ReadFile("seccomp.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &profile))
	assert.Equal(t, "SCMP_ACT_ERRNO", profile.DefaultAction)
	assert.Equal(t, unix.ENOSYS, profile.DefaultErrnoRet, "what a program asks for and this profile doesn't know looks like an older kernel")

	allowed := map[string]bool{}
	for _, rule := range profile.Syscalls {
		for _, name := range rule.Names {
			if rule.Action == "SCMP_ACT_ALLOW" {
				assert.False(t, allowed[name] && len(rule.Args) == 0, "%s stands there twice", name)
				allowed[name] = true
			}
		}
	}
	for _, name := range []string{"io_uring_setup", "io_uring_enter", "io_uring_register", "execve", "futex", "tgkill"} {
		assert.True(t, allowed[name], name)
	}
	for _, name := range []string{
		"add_key", "bpf", "clone3", "delete_module", "finit_module", "init_module", "kexec_load", "keyctl", "mount", "move_mount", "open_by_handle_at", "perf_event_open",
		"pidfd_getfd", "pivot_root", "process_vm_readv", "process_vm_writev", "ptrace", "reboot", "request_key", "setns", "swapon", "unshare", "userfaultfd",
	} {
		assert.False(t, allowed[name], name)
	}
	for _, rule := range profile.Syscalls {
		if rule.Names[0] == "clone" {
			const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET
			require.Len(t, rule.Args, 1)
			assert.EqualValues(t, namespaces, rule.Args[0].Value)
		}
	}
}
