package models

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

func waits(serving map[string]int) protocol.Waits { return protocol.Waits{Serving: serving} }

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		model   string
		clients int
		found   map[string]int
		wrong   string // part of the error; empty: as expected
	}{
		{"epoll", 64, map[string]int{"epoll_pwait": 1}, ""},
		{"epoll", 64, map[string]int{"pselect6": 1}, "should wait in epoll_pwait and waits in pselect6"},
		{"epoll", 64, map[string]int{"epoll_pwait": 2}, "epoll_pwait x2"},
		{"epoll", 64, nil, "waits in nothing"},
		{"thread", 3, map[string]int{"recvfrom": 3, "accept4": 1}, ""},
		{"thread", 3, map[string]int{"read": 2, "recvfrom": 1}, ""},
		{"thread", 3, map[string]int{"recvfrom": 2, "accept4": 1}, "should wait in read x3 and waits in recvfrom x2, accept4"},
		{"thread", 3, map[string]int{"recvfrom": 3, "running": 1}, "running"},
		{"iterative", 64, map[string]int{"read": 1}, ""},
		{"iterative", 64, map[string]int{"accept4": 1}, "waits in accept4"},
		{"goroutine", 64, map[string]int{"epoll_pwait": 1}, ""},
	} {
		m, ok := Find(c.model)
		require.True(t, ok)
		err := m.Judge(waits(c.found), c.clients)
		if c.wrong == "" {
			assert.NoError(t, err, "%s with %v", c.model, c.found)
		} else {
			assert.ErrorContains(t, err, c.wrong)
		}
	}
}

func TestModelThatIsNotListedIsNotJudged(t *testing.T) {
	m, ok := Find("mine")
	assert.False(t, ok)
	assert.NoError(t, m.Judge(waits(map[string]int{"ppoll": 7}), 3))
	assert.Equal(t, len(table), Order("mine"))
	assert.Equal(t, "", m.Declared(64))
}

func TestDeclared(t *testing.T) {
	it, _ := Find("iterative")
	assert.Equal(t, "1 of 64", it.Declared(64))
	assert.Equal(t, "", it.Declared(1))
	th, _ := Find("thread")
	assert.Equal(t, "", th.Declared(10000))
	assert.Less(t, Order("iterative"), Order("epoll"))
}
