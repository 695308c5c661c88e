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
