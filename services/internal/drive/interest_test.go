package drive

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/sys/unix"
)

func TestInterestForEpoll(t *testing.T) {
	assert.Zero(t, Interest{}.Epoll())
	assert.EqualValues(t, unix.EPOLLIN, Interest{Read: true}.Epoll())
	assert.EqualValues(t, unix.EPOLLOUT, Interest{Write: true}.Epoll())
	assert.EqualValues(t, unix.EPOLLIN|unix.EPOLLOUT, Interest{Read: true, Write: true}.Epoll())
}
