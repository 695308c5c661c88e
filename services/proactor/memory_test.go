package main

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A receive goes through all buffers several times over; each byte arrives.
func TestBuffersAreUsedAgain(t *testing.T) {
	inEveryMode(t, func(t *testing.T, p *proactor) {
		server, client := pair(t)
		defer unix.Close(server)
		p.buffers.add(3) // a number that doesn't divide the ring's: each place has every buffer in turn
		p.submitReceive(server)
		seen := map[uint16]bool{}
		for i := range uint32(3 * receiveMost) {
			sent := binary.BigEndian.AppendUint32(nil, i)
			_, err := unix.Write(client, sent)
			require.NoError(t, err)
			for p.ring.ready() == 0 {
				require.NoError(t, p.ring.wait(-1))
			}
			done := p.ring.take()
			require.EqualValues(t, len(sent), done.res)
			require.NotZero(t, done.flags&cqeMore, "it goes on by itself")
			id := uint16(done.flags >> cqeBufferShift)
			require.Equal(t, sent, p.buffers.bytes(id, done.res))
			p.buffers.give(id)
			seen[id] = true
		}
		assert.Len(t, seen, receiveFirst+3, "no more take part than were needed")
	})
}

// More clients speak at once than there are buffers: those that found none are
// told so, and find one when there are more.
func TestBuffersThatDoNotSuffice(t *testing.T) {
	inEveryMode(t, func(t *testing.T, p *proactor) {
		const clients = receiveFirst + 10
		for range clients {
			server, client := pair(t)
			defer unix.Close(server)
			_, err := unix.Write(client, []byte("x"))
			require.NoError(t, err)
			p.submitReceive(server)
		}
		received, refused := 0, 0
		for received < clients {
			require.NoError(t, p.ring.wait(-1))
			for p.ring.ready() > 0 {
				done := p.ring.take()
				if done.res > 0 {
					received++
					continue // and the buffer is not given back
				}
				require.Equal(t, -int32(unix.ENOBUFS), done.res)
				require.Zero(t, done.flags&cqeMore)
				if refused++; refused == 1 {
					assert.Equal(t, receiveFirst, received)
					p.buffers.add(clients - receiveFirst)
				}
				p.submitReceive(int(done.userData & whose))
			}
		}
		assert.NotZero(t, refused)
		assert.EqualValues(t, clients, p.buffers.inUse)
	})
}

func TestSlotsAreApartAndUsedAgain(t *testing.T) {
	var s slots
	t.Cleanup(func() {
		for _, chunk := range s.chunks {
			unix.Munmap(chunk)
		}
	})
	const many = 3 * slotsAtATime
	var taken []int32
	for i := range many {
		slot, err := s.take()
		require.NoError(t, err)
		taken = append(taken, slot)
		mem := s.bytes(slot)
		require.Len(t, mem, slotSize)
		for j := range mem {
			mem[j] = byte(i)
		}
	}
	for i, slot := range taken {
		mem := s.bytes(slot)
		assert.Equal(t, byte(i), mem[0], "no slot lies over another")
		assert.Equal(t, byte(i), mem[slotSize-1])
	}
	last := taken[many-1]
	s.give(last)
	again, err := s.take()
	require.NoError(t, err)
	assert.Equal(t, last, again, "the last given back comes first")
	assert.Len(t, s.chunks, 3)

	for _, slot := range taken {
		s.give(slot)
	}
	s.release()
	assert.Empty(t, s.chunks, "all is given back")
	_, err = s.take()
	assert.NoError(t, err)
}
