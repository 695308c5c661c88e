package models

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"c10klab/services/protocol"
)

// calls reads "read 3, futex 61", or "none", as what serving threads sit in.
func calls(t require.TestingT, text string) protocol.Waits {
	w := protocol.Waits{Serving: map[string]int{}}
	for part := range strings.SplitSeq(text, ", ") {
		if part == "none" {
			continue
		}
		call, number, ok := strings.Cut(part, " ")
		require.True(t, ok, part)
		n := 0
		for _, digit := range number {
			n = 10*n + int(digit-'0')
		}
		w.Serving[call] = n
	}
	return w
}

var judged = []struct {
	model   string
	clients int
	found   string
	wrong   string // part of the error; empty: as expected
}{
	{"iterative", 64, "read 1", ""},
	{"iterative", 64, "accept4 1", "should wait in read and waits in accept4"},
	{"iterative", 0, "accept4 1", ""},
	{"process", 3, "recvfrom 3, accept4 1", ""},
	{"process", 3, "recvfrom 3, ppoll 1", ""}, // several applications: the parent polls their listeners
	{"process", 3, "recvfrom 3", ""},
	{"process", 3, "recvfrom 4", "read x3"},
	{"prefork", 3, "read 3, accept4 61", ""},
	{"prefork", 64, "read 64", ""},
	{"prefork", 1000, "read 64", ""},
	{"prefork", 3, "read 3, accept4 62", "accept x61"},
	{"prefork", 3, "read 3", "accept x61"},
	{"thread", 3, "recvfrom 3, accept4 1", ""},
	{"thread", 3, "read 2, recvfrom 1", ""},
	{"thread", 3, "recvfrom 2, accept4 1", "should wait in read x3 and waits in recvfrom x2, accept4"},
	{"thread", 3, "recvfrom 3, running 1", "running"},
	{"crew", 10, "read 10, futex 20", ""},
	{"crew", 10, "read 30", "read x10, futex x20"},
	{"threadpool", 10, "read 10, futex 54", ""},
	{"threadpool", 100, "read 64, accept4 1", ""},
	{"threadpool", 10, "read 10", "futex x54"},
	{"threadingserver", 2, "read 2, ppoll 1", ""},
	{"threadingserver", 2, "read 2", ""},
	{"forkingserver", 2, "read 2, poll 1", ""},
	{"forkingserver", 2, "read 2, epoll_pwait 1", "epoll_pwait"},
	{"polling", 2, "running 1", ""},
	{"polling", 2, "epoll_pwait 1", "should wait in nothing: it spins and waits in epoll_pwait"},
	{"events", 2, "ppoll 1", ""},
	{"select", 2, "pselect6 1", ""},
	{"select", 2, "ppoll 1", "select"},
	{"poll", 2, "ppoll 1", ""},
	{"epoll", 64, "epoll_pwait 1", ""},
	{"epoll", 64, "pselect6 1", "should wait in epoll_pwait and waits in pselect6"},
	{"epoll", 64, "epoll_pwait 2", "epoll_pwait x2"},
	{"epoll", 64, "none", "waits in nothing"},
	{"multireactor", 64, "epoll_pwait 1", ""},
	{"multireactor", 64, "epoll_pwait 8", ""},
	{"multireactor", 64, "none", "epoll_pwait x1 or more"},
	{"hybrid", 64, "epoll_pwait 1, futex 64", ""},
	{"hybrid", 64, "epoll_pwait 1, futex 63", "futex x64"},
	{"goroutine", 64, "epoll_pwait 1", ""},
	{"proactor", 64, "io_uring_enter 1", ""},
	{"proactor", 64, "epoll_pwait 1", "io_uring_enter"},
}

func TestJudge(t *testing.T) {
	for _, c := range judged {
		m, ok := Find(c.model)
		require.True(t, ok, c.model)
		err := m.Judge(calls(t, c.found), c.clients)
		if c.wrong == "" {
			assert.NoError(t, err, "%s with %v", c.model, c.found)
		} else {
			assert.ErrorContains(t, err, c.wrong, "%s with %v", c.model, c.found)
		}
	}
}

// A model's own words hold: what Expected says is what Judge takes, for any number of clients.
func TestWhatIsExpectedIsRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, _ := Find(rapid.SampledFrom(Names()).Draw(t, "model"))
		n := rapid.IntRange(1, 12000).Draw(t, "clients")
		w := protocol.Waits{Serving: map[string]int{}}
		for _, s := range m.Seats {
			if k := s.want(m, n); k > 0 && !s.Spare {
				w.Serving[s.Calls[0]] += k
			}
		}
		assert.NoError(t, m.Judge(w, n), m.Name)
		w.Serving["pause"] = 1
		assert.Error(t, m.Judge(w, n), "%s: one thread too many", m.Name)
	})
}

func TestModelThatIsNotListedIsNotJudged(t *testing.T) {
	m, ok := Find("mine")
	assert.False(t, ok)
	assert.NoError(t, m.Judge(calls(t, "ppoll 7"), 3))
	assert.Equal(t, len(table), Order("mine"))
	assert.Equal(t, "", m.Declared(64))
	assert.Equal(t, "", m.Describe())
	assert.Nil(t, Sizes("mine", []string{"-pool=3"}))
}

func TestOrderIsThatOfTelling(t *testing.T) {
	assert.Equal(t, strings.Fields(`iterative process prefork thread crew threadpool threadingserver forkingserver polling events
		select poll epoll epolledge selectors reactor multireactor hybrid generator greenlet goroutine proactor`), Names())
	assert.Less(t, Order("iterative"), Order("epoll"))
}

func TestDeclared(t *testing.T) {
	for _, c := range []struct {
		model   string
		args    []string
		clients int
		want    string
	}{
		{"iterative", nil, 64, "1 of 64"},
		{"iterative", nil, 1, ""},
		{"prefork", nil, 64, ""},
		{"prefork", nil, 101, "64 of 101"},
		{"threadpool", []string{"-pool", "8"}, 64, "8 of 64"},
		{"threadpool", []string{"-queue=8"}, 64, ""},
		{"thread", nil, 10000, ""},
		{"hybrid", nil, 10000, ""},
	} {
		m, _ := Find(c.model, c.args...)
		assert.Equal(t, c.want, m.Declared(c.clients), "%s %v with %d", c.model, c.args, c.clients)
	}
}

func TestArgumentsSetWhatIsExpected(t *testing.T) {
	pool, _ := Find("prefork", "--pool=3")
	assert.NoError(t, pool.Judge(calls(t, "read 1, accept4 2"), 1))
	selects, _ := Find("selectors", "-selector", "select")
	assert.NoError(t, selects.Judge(calls(t, "pselect6 1"), 9))
	assert.Error(t, selects.Judge(calls(t, "epoll_pwait 1"), 9))
	usual, _ := Find("selectors")
	assert.NoError(t, usual.Judge(calls(t, "epoll_pwait 1"), 9), "the table is as it was")
}

func TestSizes(t *testing.T) {
	assert.Equal(t, map[string]string{"pool": "64", "queue": "1024", "admit": "0"}, Sizes("threadpool", nil))
	assert.Equal(t, map[string]string{"pool": "8", "queue": "16", "admit": "0"}, Sizes("threadpool", []string{"-pool", "8", "--queue=16"}))
	assert.Equal(t, map[string]string{"poll": "10ms"}, Sizes("threadingserver", []string{"-mixin", "threading"}))
	assert.Equal(t, map[string]string{"workers": "2"}, Sizes("multireactor", []string{"-workers=4", "-workers=2"}))
	assert.Nil(t, Sizes("epoll", nil))
	for _, name := range Names() {
		for size, value := range Sizes(name, nil) {
			assert.NotEmpty(t, value, "%s: no default for %s", name, size)
		}
	}
}

func TestWords(t *testing.T) {
	for name, want := range map[string]string{
		"iterative":       "read",
		"process":         "read per client",
		"prefork":         "read per client, else accept (64)",
		"crew":            "read per client, 2 futex per client",
		"threadpool":      "read per client, else futex (64)",
		"threadingserver": "read per client",
		"polling":         "nothing: it spins",
		"events":          "poll",
		"multireactor":    "epoll_pwait per CPU",
		"hybrid":          "epoll_pwait, futex x64",
		"proactor":        "io_uring_enter",
	} {
		m, _ := Find(name)
		assert.Equal(t, want, m.Describe(), name)
	}
	crew, _ := Find("crew")
	assert.Equal(t, "read x64, futex x128", crew.Expected(64))
	prefork, _ := Find("prefork")
	assert.Equal(t, "read x64", prefork.Expected(64))
	assert.Equal(t, "futex x64, epoll_pwait", Found(calls(t, "epoll_pwait 1, futex 64")))
}

func TestShort(t *testing.T) {
	for _, c := range []struct{ model, found, want string }{
		{"thread", "read 64, accept4 1", "read x64"},
		{"iterative", "accept4 1", "accept4"},
		{"process", "recvfrom 64, ppoll 1", "recvfrom x64"},
		{"prefork", "read 9, accept4 55", "accept4+read"},
		{"crew", "read 9, futex 18, accept4 1", "futex+read"},
		{"hybrid", "epoll_pwait 1, futex 64", "futex+epoll_pwait"},
		{"epoll", "epoll_pwait 1", "epoll_pwait"},
		{"multireactor", "epoll_pwait 2", "epoll_pwait x2"},
		{"polling", "running 1", "nothing (spins)"},
		{"mine", "accept4 3, read 1", "accept4+read"},
		{"epoll", "none", "nothing"},
	} {
		m, _ := Find(c.model)
		assert.Equal(t, c.want, m.Short(calls(t, c.found)), "%s with %s", c.model, c.found)
	}
}
