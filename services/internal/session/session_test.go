package session

import (
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// Ten thousand idle clients are ten thousand of these and nothing else.
func TestSize(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(Session{}), uintptr(112))
}

// Every process start would pay for these packages.
func TestDependencies(t *testing.T) {
	deps, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	for _, name := range []string{"net", "net/http", "html/template", "text/template"} {
		assert.NotContains(t, strings.Fields(string(deps)), name)
	}
}

func TestIdleHoldsNoMemory(t *testing.T) {
	for app, input := range map[protocol.App]string{
		protocol.Echo:  "hello",
		protocol.Count: "hello",
		protocol.Menu:  "0\n",
		protocol.Page:  "GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST /params HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=1",
		protocol.Work:  "1\n",
		protocol.Wait:  "0\n",
	} {
		t.Run(app.String(), func(t *testing.T) {
			s := New(app)
			s.Feed([]byte(input))
			drain(s)
			assert.Nil(t, s.in.mem)
			assert.Nil(t, s.out.mem)
			assert.Nil(t, s.request)
			read, write, run := s.Want()
			assert.Equal(t, [3]bool{true, false, false}, [3]bool{read, write, run})
		})
	}
}

// Half a line after a great many requests may not hold the memory that they took.
func TestARestMovesToSmallMemory(t *testing.T) {
	s := New(protocol.Menu)
	s.Feed([]byte(strings.Repeat("0\n", protocol.ReadSize/2-10) + "1"))
	drain(s)
	assert.Equal(t, "1", string(s.in.bytes()))
	assert.LessOrEqual(t, cap(s.in.mem), 1<<10)
}

func drain(s *Session) {
	for {
		switch _, write, run := s.Want(); {
		case write:
			s.Sent(len(s.Pending()))
		case run:
			s.Step()
		default:
			return
		}
	}
}

func TestAClientThatNeverReads(t *testing.T) {
	s := New(protocol.Echo)
	for read := true; read; read, _, _ = s.Want() {
		s.Feed(make([]byte, protocol.ReadSize))
		s.Step()
		require.LessOrEqual(t, len(s.Pending()), protocol.HighMark+protocol.ReadSize)
	}
	assert.Greater(t, len(s.Pending()), protocol.HighMark)
	s.Sent(len(s.Pending()) - protocol.HighMark)
	read, _, _ := s.Want()
	assert.True(t, read, "at the mark it reads again")
}

// A proactor's receive may deliver more after the mark is reached.
func TestFedAboveTheMark(t *testing.T) {
	s := New(protocol.Echo)
	s.Feed(make([]byte, protocol.HighMark+1))
	s.Step()
	s.Feed([]byte("more"))
	_, _, run := s.Want()
	assert.False(t, run)
	s.Step()
	assert.Len(t, s.Pending(), protocol.HighMark+1, "a Step that isn't due does nothing")
	s.Feed(make([]byte, 4*protocol.ReadSize))
	s.Sent(protocol.HighMark)
	s.Step()
	assert.Len(t, s.Pending(), 1+len("more")+4*protocol.ReadSize)
}

func TestFeedCopiesAndIsObserved(t *testing.T) {
	var seen []string
	s := New(protocol.Echo, Observe(func(p []byte) { seen = append(seen, string(p)) }))
	p := []byte("abc")
	s.Feed(p)
	p[0] = 'x'
	s.Step()
	assert.Equal(t, "abc", string(s.Pending()))
	s.Stop()
	s.Feed([]byte("late"))
	assert.Equal(t, []string{"abc", "late"}, seen)
	assert.Equal(t, "abc", string(s.Pending()), "what comes after Stop is discarded")
}

func TestPartlySent(t *testing.T) {
	s := New(protocol.Echo)
	s.Feed([]byte("abc"))
	s.Step()
	s.Sent(1)
	assert.Equal(t, "bc", string(s.Pending()))
	s.Feed([]byte("d"))
	s.Step()
	assert.Equal(t, "bcd", string(s.Pending()))
	s.Sent(3)
	assert.Empty(t, s.Pending())
}

func TestInitForgets(t *testing.T) {
	s := New(protocol.Menu)
	s.Feed([]byte("exit\n"))
	drain(s)
	require.True(t, s.Done())
	s.Init(protocol.Echo)
	assert.False(t, s.Done())
	assert.Empty(t, s.Pending())
}

func TestNoSuchApplication(t *testing.T) {
	s := New(protocol.App(99))
	s.Feed([]byte("x"))
	s.Step()
	s.EOF()
	assert.True(t, s.Done())
}

func TestStopAfterEOF(t *testing.T) {
	s := New(protocol.Count)
	s.Feed([]byte("abc"))
	s.EOF()
	s.Stop()
	drain(s)
	assert.True(t, s.Done())
	s = New(protocol.Count)
	s.Feed([]byte("abc"))
	s.EOF()
	s.Stop()
	s.Step()
	s.Step()
	assert.Equal(t, "3\n", string(s.Pending()), "the end of the input came first")

	s = New(protocol.Count)
	s.Feed([]byte("abc"))
	s.Stop()
	s.EOF()
	drain(s)
	assert.True(t, s.Done())
	assert.Empty(t, s.Pending())
}

// Sessions are independent, though their memory comes from the same pools.
func TestSessionsSideBySide(t *testing.T) {
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			text := strings.Repeat(strconv.Itoa(i), 50_000)
			form := ok(shownPage("<tr><th>a<td>"+text), "")
			for seed := range uint64(10) {
				assert.Equal(t, text, splitting(seed).converse(t, protocol.Echo, text).out)
				assert.Equal(t, form, splitting(seed).converse(t, protocol.Page, postForm("a="+text)).out)
			}
		})
	}
	all.Wait()
}

// cycle is one request and its reply, as a driver makes it.
func cycle(s *Session, request []byte) {
	s.Feed(request)
	s.Want()
	s.Step()
	s.Want()
	s.Sent(len(s.Pending()))
	s.Want()
}

func TestARequestAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes sync.Pool allocate")
	}
	for app, request := range map[protocol.App]string{
		protocol.Echo:  strings.Repeat("x", 64),
		protocol.Count: strings.Repeat("x", 64),
		protocol.Menu:  "0\n",
		protocol.Page:  getRoot,
		protocol.Work:  "1\n",
		protocol.Wait:  "0\n",
	} {
		t.Run(app.String(), func(t *testing.T) {
			s, p := New(app), []byte(request)
			assert.Zero(t, testing.AllocsPerRun(1000, func() { cycle(s, p) }))
		})
	}
}

func BenchmarkEcho(b *testing.B) { benchmark(b, protocol.Echo, strings.Repeat("x", 64)) }
func BenchmarkMenu(b *testing.B) { benchmark(b, protocol.Menu, "0\n") }
func BenchmarkPage(b *testing.B) { benchmark(b, protocol.Page, getRoot) }

func benchmark(b *testing.B, app protocol.App, request string) {
	s, p := New(app), []byte(request)
	b.ReportAllocs()
	for b.Loop() {
		cycle(s, p)
	}
}
