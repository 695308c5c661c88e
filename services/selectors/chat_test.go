package main

import (
	"bufio"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

// room is all that another server takes: a chat room, where everybody hears what one says.
type room struct {
	*Selector
	members map[int]bool
}

func (r *room) accept(listener int, _ Interest) {
	if fd, err := sock.Accept(listener); err == nil && r.Register(fd, Read, r.hear) == nil {
		r.members[fd] = true
	}
}

func (r *room) hear(fd int, _ Interest) {
	said := make([]byte, 512)
	n, err := sock.Recv(fd, said)
	if err != nil {
		_ = r.Unregister(fd)
		_ = unix.Close(fd)
		delete(r.members, fd)
		said, n = []byte("somebody has left\n"), 18
	}
	for member := range r.members {
		_, _ = sock.Send(member, said[:n])
	}
}

func TestAChatRoomInTwentyLines(t *testing.T) {
	each(t, func(t *testing.T, s *Selector) {
		fd, err := sock.Listen("127.0.0.1", 0, 16, false)
		require.NoError(t, err)
		t.Cleanup(func() { unix.Close(fd) })
		require.NoError(t, unix.SetNonblock(fd, true))
		port, err := sock.Port(fd)
		require.NoError(t, err)

		r := &room{s, map[int]bool{}}
		require.NoError(t, r.Register(fd, Read, r.accept))
		stop, end := pair(t)
		over := false
		require.NoError(t, r.Register(stop, Read, func(int, Interest) { over = true }))
		ended := make(chan error, 1)
		go func() {
			for !over {
				keys, err := r.Select(-1)
				if err != nil {
					ended <- err
					return
				}
				for _, key := range keys {
					r.Call(key)
				}
			}
			ended <- nil
		}()

		members := []*bufio.ReadWriter{}
		var conns []net.Conn
		for i := range 3 {
			c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			require.NoError(t, err)
			t.Cleanup(func() { c.Close() })
			require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
			conns = append(conns, c)
			members = append(members, bufio.NewReadWriter(bufio.NewReader(c), bufio.NewWriter(c)))
			fmt.Fprintf(c, "member %d is here\n", i) // heard by itself, so it has been taken in before the next comes
			for _, m := range members {
				hears(t, m, fmt.Sprintf("member %d is here\n", i))
			}
		}
		require.NoError(t, conns[0].Close())
		for _, m := range members[1:] {
			hears(t, m, "somebody has left\n")
		}
		say(t, end)
		require.NoError(t, <-ended)
		for member := range r.members {
			unix.Close(member)
		}
	})
}

func hears(t *testing.T, r *bufio.ReadWriter, want string) {
	line, err := r.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, want, line)
}
