package building

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAFailureTeaches looks at all that is kept of one failure.
func TestAFailureTeaches(t *testing.T) {
	e, err := Find("epoll-loop")
	require.NoError(t, err)
	text := strings.Replace(solution(t, e, Go), "answers, over := c.talk.hear(l.buf[:n])", "answers, over := append([]byte(nil), l.buf[:n]...), false", 1)
	g := grade(t, folder(t, "epoll-loop", Go, "anybody", text), Options{Only: "answers", Draw: 7, Command: "lab exercise grade -seed anybody"})
	require.Len(t, g.Cases, 1)
	r := g.Cases[0]
	require.NotNil(t, r.Failure)
	require.NotNil(t, r.Failure.Difference)
	assert.Equal(t, 1, r.Failure.Client)
	assert.Positive(t, r.Failure.At)
	assert.NotEqual(t, r.Failure.Difference.Expected, r.Failure.Difference.Received)
	assert.Contains(t, strings.Join(r.Failure.Threads, "\n"), "(serve): epoll_")
	assert.Contains(t, r.Repeat, "lab exercise grade -seed anybody -only answers -draw 7 /")
	svg := r.Timeline()
	assert.Contains(t, svg, "client 1")
	d := xml.NewDecoder(strings.NewReader(svg))
	for err = nil; err == nil; _, err = d.Token() {
	}
	assert.ErrorIs(t, err, io.EOF, "the picture is a whole document")
	again, err := Open(folder(t, "epoll-loop", Go, "anybody", text).Dir, "anybody")
	require.NoError(t, err)
	same := grade(t, again, Options{Only: "answers", Draw: r.Draw})
	assert.Equal(t, r.Failure.Difference, same.Cases[0].Failure.Difference, "the same words again")
}

func TestEachTimeMustPass(t *testing.T) {
	e, err := Find("epoll-loop")
	require.NoError(t, err)
	f := folder(t, "epoll-loop", Go, "anybody", solution(t, e, Go))
	var told []string
	g := grade(t, f, Options{Only: "bytewise", Repeat: 5, Draw: 100, Each: func(r Result) { told = append(told, r.Case) }})
	assert.Equal(t, 5, g.Cases[0].Times)
	assert.True(t, g.Passed())
	assert.Equal(t, []string{"bytewise"}, told)
	assert.Empty(t, g.Cases[0].Timeline())

	// One that is wrong now and then: whenever a message has six bytes.
	text := strings.Replace(solution(t, e, Go), "answers, over := c.talk.hear(l.buf[:n])", "if l.buf[0] == '\\x06' {\n\t\t\tpanic(\"now and then\")\n\t\t}\n\t\tanswers, over := c.talk.hear(l.buf[:n])", 1)
	g = grade(t, folder(t, "epoll-loop", Go, "anybody", text), Options{Only: "bytewise", Repeat: MostRepeat, Draw: 100})
	r := g.Cases[0]
	require.Equal(t, Failed, r.State)
	assert.Equal(t, uint64(100+r.Times-1), r.Draw, "the draw is that of the time that failed")
	assert.Contains(t, r.Words, "now and then")
}

func TestTheLabsOwnFileIsNoSolution(t *testing.T) {
	for _, e := range List() {
		text, err := os.ReadFile(filepath.Join("../../../../services", e.Model, "main.go"))
		require.NoError(t, err)
		_, err = folder(t, e.Name, Go, "anybody", string(text)).Grade(t.Context(), Options{})
		var refused *CompileError
		assert.True(t, errors.As(err, &refused), "%s: %v", e.Name, err)
	}
}

func TestCostIsSetBesideTheLabs(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no compiler is here")
	}
	model := filepath.Join(t.TempDir(), "epoll")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", model, "c10klab/services/epoll").CombinedOutput()
	require.NoError(t, err, string(out))
	e, err := Find("epoll-loop")
	require.NoError(t, err)
	right := solution(t, e, Go)
	g := grade(t, folder(t, "epoll-loop", Go, "anybody", right), Options{Only: "cost", Model: model})
	assert.NotEqual(t, Undecided, g.Cases[0].State)
	assert.Contains(t, g.Cases[0].Words, "times")
	dear := strings.Replace(right, "answers, over := c.talk.hear(l.buf[:n])", "for range 50 {\n\t\t\tl.control(syscall.EPOLL_CTL_MOD, c.fd, c.asked)\n\t\t}\n\t\tanswers, over := c.talk.hear(l.buf[:n])", 1)
	g = grade(t, folder(t, "epoll-loop", Go, "anybody", dear), Options{Only: "cost", Model: model})
	assert.Equal(t, Failed, g.Cases[0].State)
	assert.Contains(t, g.Cases[0].Words, "2 times is the most")

	g = grade(t, folder(t, "epoll-loop", Go, "anybody", right), Options{Only: "cost", Model: "/nowhere"})
	assert.Equal(t, Undecided, g.Cases[0].State)
	assert.Zero(t, g.Decided)
	assert.False(t, g.Passed())
}

func TestEachCaseHasHints(t *testing.T) {
	for _, e := range List() {
		for _, c := range e.Cases() {
			hints := e.Hints(c.Name)
			for i, h := range hints {
				assert.NotEmpty(t, h, "%s, %s, hint %d", e.ID(), c.Name, i+1)
			}
			assert.Less(t, len(hints[0]), 120, "%s, %s: a nudge is short", e.ID(), c.Name)
			text, err := e.Text("anybody", e.Langs[0])
			require.NoError(t, err)
			assert.Contains(t, text, "- `"+c.Name+"` (", "the sheet has each case's points")
		}
		assert.Equal(t, [3]string{}, e.Hints("nothing"))
	}
}
