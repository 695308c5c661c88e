package museum

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	ServerMain()
	// With the race detector a process sleeps for a second before it ends: servers need not.
	if os.Getenv("GORACE") == "" {
		_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	}
	os.Exit(m.Run())
}

// shown runs an exhibit with windows that are short, and longer where too little came within them.
func shown(t *testing.T, e Exhibit) (Finding, error) {
	window := 50 * time.Millisecond
	if testing.Short() {
		window = MinTime
	}
	for ; ; window *= 2 {
		f, err := e.Run(t.Context(), Options{Time: window, Seed: 1})
		if !errors.Is(err, errTooShort) || 2*window > MaxTime {
			return f, err
		}
	}
}

func TestEveryExhibitForReal(t *testing.T) {
	for _, e := range All() {
		t.Run(e.Name, func(t *testing.T) {
			f, err := shown(t, e)
			if u := new(Unsupported); errors.As(err, &u) {
				assert.NotEmpty(t, u.Why)
				t.Skip(err)
			}
			require.NoError(t, err)
			for _, g := range append([]Figure{f.Wrong, f.Right}, f.Also...) {
				assert.NotEmpty(t, g.Values, g.What)
				assert.NotEmpty(t, g.Unit, g.What)
			}
			var out bytes.Buffer
			f.Write(&out)
			assert.Contains(t, out.String(), "  wrong "+number(f.Wrong.median())+" "+f.Wrong.Unit)
			assert.Contains(t, out.String(), "  right "+number(f.Right.median())+" "+f.Right.Unit)
			assert.NotEmpty(t, f.Why)
		})
	}
	assertNothingLeft(t)
}

// assertNothingLeft: no process of this test binary but itself, and no cgroup.
func assertNothingLeft(t *testing.T) {
	assert.Empty(t, children(t))
	for _, dir := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/cpu"} {
		left, err := filepath.Glob(filepath.Join(dir, cgroupPrefix+"*"))
		require.NoError(t, err)
		for _, l := range left {
			assert.NotContains(t, l, cgroupPrefix+pid(), l)
		}
	}
}

func TestAnExhibitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	_, err := omission.Run(ctx, Options{Time: MaxTime})
	require.ErrorIs(t, err, context.Canceled)
	assertNothingLeft(t)
}

func TestRunRefusesWindowsBeyondItsBounds(t *testing.T) {
	for _, window := range []time.Duration{0, MinTime - 1, MaxTime + 1} {
		_, err := mean.Run(t.Context(), Options{Time: window})
		assert.ErrorContains(t, err, "choose 20ms to 10s")
	}
}

func TestFind(t *testing.T) {
	names := map[string]bool{}
	for _, e := range All() {
		found, err := Find(e.Name)
		require.NoError(t, err)
		assert.Equal(t, e.Title, found.Title)
		assert.False(t, names[e.Name], "%s is there twice", e.Name)
		names[e.Name] = true
	}
	assert.Len(t, names, 17)
	_, err := Find("omision")
	for name := range names {
		assert.ErrorContains(t, err, name)
	}
}

func TestEveryExhibitHasItsSection(t *testing.T) {
	text, err := os.ReadFile("../../../docs/museum.md")
	require.NoError(t, err)
	var sections []string
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
			sections = append(sections, name)
		}
	}
	var names []string
	for _, e := range All() {
		names = append(names, e.Name)
	}
	assert.Equal(t, names, sections, "docs/museum.md has one section for each exhibit, in this order")
}
