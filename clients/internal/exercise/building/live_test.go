package building

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// solution is the reference's text.
func solution(t *testing.T, e Exercise, lang Lang) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata/solutions", string(lang), e.ID()+filepath.Ext(lang.main())))
	require.NoError(t, err)
	return string(text)
}

// folder lays an exercise with what a student wrote; an empty text leaves the skeleton.
func folder(t *testing.T, which string, lang Lang, seed, text string) Folder {
	t.Helper()
	needs := map[Lang]string{Go: "go", C: "cc", Python: "python3"}
	if _, err := exec.LookPath(needs[lang]); err != nil {
		t.Skip("not built here: " + err.Error())
	}
	e, err := Find(which)
	require.NoError(t, err)
	f, err := e.Start(filepath.Join(t.TempDir(), "work"), seed, lang)
	require.NoError(t, err)
	if text != "" {
		require.NoError(t, os.WriteFile(f.File(), []byte(text), 0o644))
	}
	return f
}

// grade grades it, and shows what failed.
func grade(t *testing.T, f Folder, o Options) Grade {
	t.Helper()
	g, err := f.Grade(t.Context(), o)
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, g.WriteText(&b))
	t.Log(b.String())
	return g
}

// failed are the names of the cases that failed.
func failed(g Grade) (names []string) {
	for _, r := range g.Cases {
		if r.State == Failed {
			names = append(names, r.Case)
		}
	}
	return names
}

func TestTheSolutionsPass(t *testing.T) {
	for _, e := range List() {
		for _, lang := range e.Langs {
			t.Run(e.Name+"/"+string(lang), func(t *testing.T) {
				t.Parallel()
				g := grade(t, folder(t, e.Name, lang, "seed of "+string(lang), solution(t, e, lang)), Options{Draw: 7})
				assert.Empty(t, failed(g))
				assert.Greater(t, g.Right, g.Points/2)
			})
		}
	}
}

// TestEachFramingAndRuleIsSpoken holds the finished conversations of all languages against the tests' own.
func TestEachFramingAndRuleIsSpoken(t *testing.T) {
	e, err := Find("epoll-loop")
	require.NoError(t, err)
	rules := []Rule{Upper, Reversed, Checksum, Rotated}
	for i, framing := range []Framing{Terminated, BigEndian, LittleEndian, Digits} {
		for j, lang := range e.Langs {
			rule := rules[(i+j)%len(rules)]
			t.Run(strings.Join([]string{string(framing), string(rule), string(lang)}, "/"), func(t *testing.T) {
				t.Parallel()
				f := folder(t, "epoll-loop", lang, "anybody", solution(t, e, lang))
				f.Spec.Framing, f.Spec.Rule = framing, rule
				for _, c := range []string{"answers", "bytewise", "too-long"} {
					assert.Empty(t, failed(grade(t, f, Options{Only: c, Draw: 7})), c)
				}
			})
		}
	}
}

func TestTheSkeletonSaysThatItIsOne(t *testing.T) {
	for _, e := range List() {
		for _, lang := range e.Langs {
			t.Run(e.Name+"/"+string(lang), func(t *testing.T) {
				t.Parallel()
				g := grade(t, folder(t, e.Name, lang, "anybody", ""), Options{Only: "answers"})
				assert.Zero(t, g.Right)
				require.Len(t, g.Cases, 1)
				assert.Contains(t, g.Cases[0].Words, "is not written yet")
			})
		}
	}
}

// TestWhatIsWrongIsFound edits the reference's loop, and expects the cases that were made for it to fail, among them the first named.
func TestWhatIsWrongIsFound(t *testing.T) {
	for _, c := range []struct{ name, exercise, old, new, fails, words string }{
		{"a copied echo", "epoll-loop", "answers, over := c.talk.hear(l.buf[:n])", "answers, over := append([]byte(nil), l.buf[:n]...), false", "answers", "is the first that differs"},
		{"short sends", "epoll-loop", "if c.out = c.out[n:]; len(c.out) == 0 {\n\t\t\tc.out = nil\n\t\t}", "_, c.out = n, nil", "half-close", "is the first that differs"},
		{"no bound", "epoll-loop", "OweAtMost", "(1 << 40)", "never-reads", ""},
		{"asked in vain", "epoll-loop", "if !c.ended && len(c.out) < OweAtMost {", "if !c.ended {", "rests", "while it takes nothing"},
		{"always room", "epoll-loop", "if len(c.out) > 0 {\n\t\twant", "if true {\n\t\twant", "rests", "does it ask for room"},
		{"a descriptor forgotten", "poll-loop", "\t\thangUp(c.fd)\n", "\t\tif c.ended {\n\t\t\thangUp(c.fd)\n\t\t}\n", "connect-and-leave", "descriptors open"},
		{"owed, then forgotten", "poll-loop", "c.ended && len(c.out) == 0", "c.ended", "half-close", "the end of file"},
		{"no stop", "select-loop", "if read.has(stop) {", "if false {", "stops", "SIGTERM"},
		{"no end to the bits", "select-loop", "next >= setSize", "next >= 1<<20", "limit", "main.go:"},
		{"no bound of the queue", "bounded-queue", "len(q.waiting) >= QueueSize+q.idle", "false", "limit", "should be closed at once"},
		{"last come, first served", "bounded-queue", "fd := q.waiting[0]\n\tq.waiting = q.waiting[1:]", "fd := q.waiting[len(q.waiting)-1]\n\tq.waiting = q.waiting[:len(q.waiting)-1]", "queue", ""},
		{"turns never come", "scheduler", "s.turns = append(s.turns, t)", "", "megabyte", "nothing more for 5s"},
		{"turns at once", "scheduler", "t.due = true\n\t\ts.turns = append(s.turns, t)", "s.resume(t)", "turns", "only after all of these"},
		{"an end", "scheduler", "return\n\t}\n\task :=", "panic(\"at its end\")\n\t}\n\task :=", "answers", "at its end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, err := Find(c.exercise)
			require.NoError(t, err)
			text := solution(t, e, Go)
			require.Contains(t, text, c.old)
			g := grade(t, folder(t, c.exercise, Go, "anybody", strings.ReplaceAll(text, c.old, c.new)), Options{Only: c.fails, Draw: 7})
			require.Equal(t, []string{c.fails}, failed(g))
			assert.Contains(t, g.Cases[0].Words, c.words)
			assert.NotContains(t, g.Cases[0].Words, "\n")
			assert.NotEmpty(t, g.Cases[0].Failure.Steps)
			assert.Contains(t, g.Cases[0].Repeat, "-only "+c.fails+" -draw 7 ")
		})
	}
}

func TestWhatDoesNotCompile(t *testing.T) {
	for lang, c := range map[Lang]struct{ text, want string }{
		Go:     {"package main\n\nfunc serve(listener, stop int) error { return nothing }\n", "main.go, line 3: undefined: nothing"},
		C:      {"int serve(int listener, int stop) {\n\treturn nothing;\n}\n", "main.c:2:"},
		Python: {"def serve(listener, stop)\n    return\n", "line 1"},
	} {
		t.Run(string(lang), func(t *testing.T) {
			f := folder(t, "epoll-loop", lang, "anybody", c.text)
			_, err := f.Grade(t.Context(), Options{})
			var refused *CompileError
			require.True(t, errors.As(err, &refused), "%v", err)
			assert.Contains(t, err.Error(), lang.main()+" doesn't compile: ")
			assert.Contains(t, err.Error(), c.want)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	f := folder(t, "epoll-loop", Go, "anybody", "")
	_, err := f.Grade(t.Context(), Options{Only: "nothing"})
	assert.ErrorIs(t, err, ErrNoCase)
	assert.ErrorContains(t, err, "choose from answers, bytewise")
	_, err = f.Grade(t.Context(), Options{Repeat: MostRepeat + 1})
	assert.ErrorContains(t, err, "choose 1 to 100")
}
