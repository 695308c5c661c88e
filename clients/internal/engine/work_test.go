package engine

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// lines answers each line by what reply says; an empty answer closes.
func lines(reply func(line string, number int) string) func(c net.Conn, i int) {
	return func(c net.Conn, _ int) {
		in := bufio.NewScanner(c)
		for number := 0; in.Scan(); number++ {
			answer := reply(in.Text(), number)
			if _, err := c.Write([]byte(answer)); err != nil || !strings.HasSuffix(answer, "\n") {
				return
			}
		}
	}
}

// worked is the application work, written the long way.
func worked(line string, _ int) string {
	n, err := strconv.Atoi(line)
	if err != nil || strconv.Itoa(n) != line {
		return "error: " + line + "\n"
	}
	sum := make([]byte, 32)
	for range n {
		next := sha256.Sum256(sum)
		sum = next[:]
	}
	return hex.EncodeToString(sum) + "\n"
}

func waited(line string, _ int) string { return "waited " + line + "\n" }

func TestLinesAreAskedAndTheirAnswersKnown(t *testing.T) {
	for _, pipeline := range []int{1, 5} {
		for name, test := range map[string]struct {
			traffic Traffic
			reply   func(string, int) string
		}{
			"work of one":       {Work(1), worked},
			"work":              {Work(777), worked},
			"work that varies":  {WorkExponential(60), worked},
			"a wait of nothing": {Wait(0), waited},
			"a wait":            {Wait(7), waited},
		} {
			t.Run(fmt.Sprint(name, " ", pipeline), func(t *testing.T) {
				e := start(t, Options{Traffic: test.traffic, Pipeline: pipeline})
				g := dial(t, e, serving(t, lines(test.reply)), 8)
				s := loaded(t, g)
				assert.EqualValues(t, s.Requests, s.Latency.TotalCount())
				n, err := g.Check(context.Background(), e.opts.Timeout)
				require.NoError(t, err)
				assert.Equal(t, 8, n)
			})
		}
	}
}

func TestLinesThatAreAnsweredWrongAreFound(t *testing.T) {
	digest := worked("20", 0)
	for name, test := range map[string]struct {
		reply func(line string, number int) string
		count func(e *Errors) int
		first string
	}{
		"a digest of one round less": {
			func(string, int) string { return worked("19", 0) }, func(e *Errors) int { return e.Mismatch }, "offset 0: expected",
		},
		"one digit, later": {
			func(_ string, number int) string {
				if number < 3 {
					return digest
				}
				return digest[:63] + "x\n"
			}, func(e *Errors) int { return e.Mismatch }, "offset 258: expected",
		},
		"upper case": {
			func(string, int) string { return strings.ToUpper(digest) }, func(e *Errors) int { return e.Mismatch }, "expected",
		},
		"an error": {
			func(string, int) string { return "error: busy\n" }, func(e *Errors) int { return e.Mismatch }, "offset 0: expected",
		},
		"no end of line": {
			func(string, int) string { return digest[:64] }, func(e *Errors) int { return e.Closed }, "after 64 of a reply's 65 bytes",
		},
		"nothing": {
			func(string, int) string { return "" }, func(e *Errors) int { return e.Closed }, "with 1 replies owed",
		},
		"too much": {
			func(string, int) string { return digest + "\n" }, func(e *Errors) int { return e.Mismatch }, "1 bytes more than were asked for",
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := dial(t, start(t, Options{Traffic: Work(20)}), serving(t, lines(test.reply)), 4)
			s, err := g.Slice(short, longer)
			for err == nil { // "too much" and "later" may come to light in another slice
				s, err = g.Slice(short, longer)
			}
			assert.Equal(t, s.Errors.Total(), test.count(&s.Errors), s.Errors)
			assert.Contains(t, s.Errors.First, test.first)
		})
	}
	t.Run("a wait that was cut", func(t *testing.T) {
		g := dial(t, start(t, Options{Traffic: Wait(50)}), serving(t, lines(func(string, int) string { return "waited 5\n" })), 2)
		s, err := g.Slice(short, longer)
		require.Error(t, err)
		assert.Equal(t, 2, s.Errors.Mismatch)
	})
	t.Run("a digest of another line", func(t *testing.T) {
		g := dial(t, start(t, Options{Traffic: WorkExponential(100)}), serving(t, lines(func(string, int) string { return digest })), 4)
		_, err := g.Slice(short, longer)
		for err == nil { // 20 is in the table, too
			_, err = g.Slice(short, longer)
		}
		require.ErrorContains(t, err, "mismatch 4")
	})
}

func TestWorkIsDrawnFromOneExponentialTable(t *testing.T) {
	for _, mean := range []int{1, 200, 5000, MaxWorkMean} {
		numbers := exponential(mean)
		require.Len(t, numbers, workTable)
		assert.Equal(t, numbers, exponential(mean), "the same table each time")
		sum, squares := 0.0, 0.0
		for _, n := range numbers {
			require.GreaterOrEqual(t, n, 1)
			require.LessOrEqual(t, n, protocol.MaxWork)
			sum += float64(n)
			squares += float64(n) * float64(n)
		}
		average := sum / workTable
		if mean == 1 {
			continue // whole numbers from 1 on have another mean
		}
		assert.InEpsilon(t, mean, average, 0.01)
		deviation := math.Sqrt(squares/workTable - average*average)
		assert.InEpsilon(t, mean, deviation, 0.03, "as large as the mean")
		between := 0.0 // neighbours, in the order in which they are asked
		for i, n := range numbers {
			between += (float64(n) - average) * (float64(numbers[(i+1)%workTable]) - average)
		}
		assert.InDelta(t, 0, between/workTable/deviation/deviation, 0.1)
	}
}

func TestConnectionsDrawFromTheirOwnPlaces(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	first := make(chan string, 8)
	addr := serving(t, lines(func(line string, number int) string {
		mu.Lock()
		asked[line]++
		mu.Unlock()
		if number == 0 {
			first <- line
		}
		return worked(line, 0)
	}))
	g := dial(t, start(t, Options{Traffic: WorkExponential(50)}), addr, 8)
	for g.Replies() < 4*workTable {
		_, err := g.Slice(short, longer)
		require.NoError(t, err)
	}
	numbers := exponential(50)
	var want, got []string
	for i := range 8 {
		want = append(want, strconv.Itoa(numbers[i*lineStride%workTable]))
		got = append(got, <-first)
	}
	assert.ElementsMatch(t, want, got)
	mu.Lock()
	defer mu.Unlock()
	for line := range asked {
		n, err := strconv.Atoi(line)
		require.NoError(t, err)
		assert.Contains(t, numbers, n)
	}
	places := map[int]bool{}
	for i := range workTable {
		places[i*lineStride%workTable] = true
	}
	assert.Len(t, places, workTable)
}

func TestDigestsAreComputedOnce(t *testing.T) {
	got := digests([]int{3, 1, 3, 2})
	assert.Equal(t, []string{worked("3", 0), worked("1", 0), worked("3", 0), worked("2", 0)}, got)
	known.Lock()
	known.answers[3] = "kept\n"
	known.Unlock()
	defer func() { known.Lock(); delete(known.answers, 3); known.Unlock() }()
	assert.Equal(t, []string{"kept\n", worked("4", 0)}, digests([]int{3, 4}))
}

func TestLinesOutOfBounds(t *testing.T) {
	for reason, traffic := range map[string]Traffic{
		"0 rounds of work: choose 1 to 1000000":           Work(0),
		"1000001 rounds of work: choose":                  Work(1_000_001),
		"0 rounds of work on average: choose 1 to 100000": WorkExponential(0),
		"100001 rounds of work on average":                WorkExponential(MaxWorkMean + 1),
		"-1 milliseconds of waiting: choose 0 to 10000":   Wait(-1),
		"10001 milliseconds of waiting":                   Wait(10_001),
		`path "": it must begin with /`:                   GetOnce("host", ""),
		`address "ho st/": no white space may be in it`:   GetOnce("ho st", "/"),
	} {
		_, err := New(Options{CPU: -1, Traffic: traffic})
		assert.ErrorContains(t, err, reason)
	}
}

func TestTrafficKeepsItsValuesAsArguments(t *testing.T) {
	for _, traffic := range []Traffic{Echo(9), Get("host:80", "/x"), GetOnce("host:80", "/x"), Work(5), WorkExponential(500), Wait(0)} {
		got, err := parseArgs(traffic.args())
		require.NoError(t, err)
		assert.Equal(t, traffic, got.Traffic)
	}
}
