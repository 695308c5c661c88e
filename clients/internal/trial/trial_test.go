package trial

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"c10klab/services/protocol"
)

func TestEndedSaysHow(t *testing.T) {
	for _, c := range []struct {
		health protocol.Health
		want   string
	}{
		{protocol.Health{Message: "io_uring is blocked"}, "io_uring is blocked"},
		{protocol.Health{Exit: &protocol.Exit{Status: 3}}, "exit status 3"},
		{protocol.Health{Exit: &protocol.Exit{Status: -1, Signal: "SIGKILL", OutOfMemory: true, LastLog: "x: y"}}, "SIGKILL, out of memory; its last line: x: y"},
	} {
		assert.Equal(t, c.want, Ended(c.health))
	}
}

func TestBusyError(t *testing.T) {
	err := &BusyError{Service: "epoll", Left: 12 * time.Second}
	assert.Contains(t, err.Error(), "epoll is being measured by another run")
	assert.Contains(t, err.Error(), "12 s")
}

func TestUnsupportedSaysWhy(t *testing.T) {
	for _, c := range []struct {
		health protocol.Health
		want   string
	}{
		{protocol.Health{Message: "proactor: unsupported here: io_uring: blocked"}, "unsupported here: io_uring: blocked"},
		{protocol.Health{Message: "it ended before it listened", Exit: &protocol.Exit{LastLog: "proactor: unsupported here: io_uring: blocked"}}, "unsupported here: io_uring: blocked"},
		{protocol.Health{Exit: &protocol.Exit{Status: protocol.ExitUnsupported, LastLog: "mine: no such call"}}, "unsupported here: mine: no such call"},
		{protocol.Health{}, "unsupported here: it says no more"},
	} {
		assert.Equal(t, c.want, Unsupported(c.health))
	}
}

func TestBoundErrorSaysWhere(t *testing.T) {
	assert.Equal(t, "stops at 1015: full", (&boundError{clients: 1015, why: "full"}).Error())
	assert.Equal(t, "stops below 5000: it serves 900; full", (&boundError{clients: 900, before: 5000, why: "full"}).Error())
}
