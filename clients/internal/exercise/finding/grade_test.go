package finding

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func first(t *testing.T) Exercise {
	t.Helper()
	e, err := Find("short-write")
	require.NoError(t, err)
	return e
}

// right are the answers that have all points.
func (e Exercise) right() string {
	return fmt.Sprintf("exercise: %d\nwho: Ada\ncase: %s\nline: %d\n", e.Number, strings.TrimPrefix(e.Cases[0], "echo/"), e.variant().first)
}

func TestGradeOfAllPoints(t *testing.T) {
	if testing.Short() {
		t.Skip("it puts all cases to a server")
	}
	e := first(t)
	dir := started(t, e, e.right())
	write(t, dir, Source, e.mended(t))
	g, err := e.Grade(t.Context(), dir)
	require.NoError(t, err)
	assert.True(t, g.Passed(), "%+v", g)
	var b strings.Builder
	require.NoError(t, g.Write(&b, true))
	assert.Contains(t, b.String(), "6 of 6 points")
	assert.Contains(t, b.String(), "mended   right  3 of 3")
}

func TestGradeOfTheWrongCaseAndLine(t *testing.T) {
	e := first(t)
	dir := started(t, e, "exercise: 31", "who: Ada", "case: echo/whole", "line: 1")
	g, err := e.Grade(t.Context(), dir)
	require.NoError(t, err)
	assert.Zero(t, g.Earned())
	require.Len(t, g.Items, 3)
	assert.Equal(t, "line 1 of main.go as you got it is not the cause", g.Items[1].Why)
	assert.Equal(t, "main.go is as you got it", g.Items[2].Why)
	assert.NotContains(t, fmt.Sprint(g.Items), e.variant().where(), "a wrong answer doesn't give the right one away")
}

func TestGradeOfWhatDoesNotCompile(t *testing.T) {
	e := first(t)
	dir := started(t, e, e.right())
	write(t, dir, Source, e.variant().source+"\nfunc more() { return 1 }\n")
	g, err := e.Grade(t.Context(), dir)
	require.NoError(t, err)
	assert.Equal(t, 3, g.Earned(), "the case and the line count")
	assert.Regexp(t, `^it doesn't compile: main.go, line \d+: too many return values`, g.Items[2].Why)
}

func TestGradeOfOneThatDies(t *testing.T) {
	e := first(t)
	dir := started(t, e, e.right())
	write(t, dir, Source, "package main\n\nfunc main() { panic(\"not today\") }\n")
	g, err := e.Grade(t.Context(), dir)
	require.NoError(t, err)
	assert.False(t, g.Items[2].Right)
	assert.Contains(t, g.Items[2].Why, `the program ended before it listened`)
	assert.Contains(t, g.Items[2].Why, `panic: not today`)
}

func TestBadAnswers(t *testing.T) {
	e := first(t)
	for _, c := range []struct{ text, says string }{
		{"exercise: 32\n", `line 1: exercise: "32": these answers are of another exercise than 31`},
		{"who: Ada\n", "these are answers of no exercise: want exercise: 31"},
		{"exercise: 31\ncase: echo/wholly\n", `line 2: case: "echo/wholly" is no conformance case`},
		{"exercise: 31\nline: 0\n", "line 2: line: 0 is out of range: main.go had "},
		{"exercise: 31\nline: 9999\n", "line 2: line: 9999 is out of range"},
		{"exercise: 31\nline: the last\n", `line 2: line: "the last" is no number`},
		{"exercise: 31\nlines: 3\n", "line 2: lines is no question of this exercise"},
		{"exercise: 31\nline: 3\nline: 4\n", "line"},
		{"exercise: 31\nline: [3, 4]\n", "line 2: line: want one answer"},
		{"- 31\n", "line 1: want lines such as NAME: ANSWER"},
		{"exercise: 31\n\tline: 3\n", "line 2"},
		{"exercise: 31\nwho: " + strings.Repeat("x", 300) + "\n", "line 2: who: want a name in one line"},
		{strings.Repeat("# nothing\n", 10_000), "larger than 64 KiB"},
	} {
		dir := started(t, e, c.text)
		_, err := e.Grade(t.Context(), dir)
		require.Error(t, err, c.text)
		assert.Contains(t, err.Error(), c.says)
		assert.NotContains(t, err.Error(), "\n")
		assert.Contains(t, err.Error(), AnswersFile)
	}
	_, err := e.Grade(t.Context(), t.TempDir())
	assert.ErrorContains(t, err, "no answers can be read")
}
