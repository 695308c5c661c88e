package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"

	"c10klab/services/protocol"
)

// Work asks the application work for n rounds of SHA-256, 1 to protocol.MaxWork,
// and expects the digest. It costs the server CPU, about 0.1 us a round.
func Work(n int) Traffic { return Traffic{kind: kindWork, number: n} }

// MaxWorkMean bounds the mean of WorkExponential: the table's largest values,
// about eight times that, are below protocol.MaxWork.
const MaxWorkMean = protocol.MaxWork / 10

// WorkExponential asks work for numbers that are exponentially distributed with
// that mean, 1 to MaxWorkMean. It is what the difference between open and closed
// loops needs (Schroeder, Wierman, Harchol-Balter, NSDI 2006): it grows with the
// variance of the service times, and with a constant N there is none.
//
// The numbers are a fixed table of 1,024, the same in each process, so that
// contender and reference, and any two runs, are asked for the same; connection
// i goes round in it from its own place. The expected digests are computed
// beforehand: all lie on one chain of at most protocol.MaxWork rounds, 0.2 s.
func WorkExponential(mean int) Traffic { return Traffic{kind: kindWorkMean, number: mean} }

// Wait asks the application wait for that many milliseconds, 0 to
// protocol.MaxWait. Options.Timeout must be longer.
func Wait(ms int) Traffic { return Traffic{kind: kindWait, number: ms} }

const (
	workTable = 1024
	// Connection i begins at line i * lineStride of the table: the stride is odd,
	// so that 1,024 connections begin at different lines, far from each other.
	lineStride = 619
)

func (t Traffic) checkLine() error {
	what, low, high := "rounds of work", 1, protocol.MaxWork
	switch t.kind {
	case kindWorkMean:
		what, high = "rounds of work on average", MaxWorkMean
	case kindWait:
		what, low, high = "milliseconds of waiting", 0, protocol.MaxWait
	}
	if t.number < low || t.number > high {
		return fmt.Errorf("%d %s: choose %d to %d", t.number, what, low, high)
	}
	return nil
}

func (t Traffic) lineScript(pipeline int) script {
	number := strconv.Itoa(t.number)
	switch t.kind {
	case kindWait:
		return script{ask: repeated(number+"\n", pipeline), want: repeated("waited "+number+"\n", pipeline)}
	case kindWork:
		return script{ask: repeated(number+"\n", pipeline), want: repeated(digests([]int{t.number})[0], pipeline)}
	}
	numbers := exponential(t.number)
	s := script{asks: make([]int, workTable)}
	var ask strings.Builder
	longest := 0
	for i, n := range numbers {
		s.asks[i] = ask.Len()
		line := strconv.Itoa(n) + "\n"
		ask.WriteString(line)
		longest = max(longest, len(line))
	}
	want := digests(numbers)
	s.ask = ringOf(ask.String(), longest*pipeline)
	s.want = ringOf(strings.Join(want, ""), len(want[0])*pipeline)
	s.want.unit = len(want[0])
	return s
}

// ringOf is the tape of a text from which one call takes that many bytes at most.
func ringOf(text string, most int) tape {
	whole := []byte(text)
	for len(whole) < len(text)+most {
		whole = append(whole, text...)
	}
	return tape{text: whole, ring: len(text)}
}

// exponential is the table of numbers. One is drawn from each of 1,024 strata of
// equal probability and their order shuffled: so few independent draws would miss
// the mean by 3 %.
func exponential(mean int) []int {
	random := rand.New(rand.NewPCG(7011, 2006))
	numbers := make([]int, workTable)
	for i := range numbers {
		beyond := (float64(i) + 1 - random.Float64()) / workTable // above 0
		n := math.Round(-float64(mean) * math.Log(beyond))
		numbers[i] = int(min(max(n, 1), protocol.MaxWork))
	}
	random.Shuffle(len(numbers), func(i, j int) { numbers[i], numbers[j] = numbers[j], numbers[i] })
	return numbers
}

// known are the answers of work that were computed so far, one for each N in use.
var known = struct {
	sync.Mutex
	answers map[int]string
}{answers: map[int]string{}}

// digests are work's answers to these numbers. What is not known yet is computed
// in one walk to the largest, for each digest is made of the one before.
func digests(numbers []int) []string {
	known.Lock()
	defer known.Unlock()
	missing := slices.Clone(numbers)
	missing = slices.DeleteFunc(missing, func(n int) bool { return known.answers[n] != "" })
	slices.Sort(missing)
	var sum [sha256.Size]byte
	round := 0
	for _, n := range slices.Compact(missing) {
		for ; round < n; round++ {
			sum = sha256.Sum256(sum[:])
		}
		known.answers[n] = hex.EncodeToString(sum[:]) + "\n"
	}
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = known.answers[n]
	}
	return out
}
