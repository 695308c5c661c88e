package session

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/services/protocol"
)

const (
	notANumber = "error: not a number: 0, or digits that do not begin with 0\n"
	workRange  = "error: out of range: 1 to 1000000\n"
	waitRange  = "error: out of range: 0 to 10000\n"
)

func digest(n int) string {
	sum := make([]byte, 32)
	for range n {
		next := sha256.Sum256(sum)
		sum = next[:]
	}
	return fmt.Sprintf("%x\n", sum)
}

func TestWork(t *testing.T) {
	// The digests of 32 zero bytes, once and twice, as every SHA-256 program says them.
	once := "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925\n"
	twice := "2b32db6c2c0a6235fb1397e8225ea85e0f0e6e8c7b126d0016ccbde0e667151e\n"
	hold(t, protocol.Work, []conversation{
		{name: "nothing"},
		{name: "once", in: "1\n", out: once},
		{name: "twice", in: "2\r\n", out: twice},
		{name: "pipelined", in: "1\n2\n1\n", out: once + twice + once},
		{name: "a last line without its end", in: "1\n2", out: once},
		{name: "zero", in: "0\n", out: workRange},
		{name: "above", in: "1000001\n", out: workRange},
		{name: "far above", in: strings.Repeat("9", 1024) + "\n1\n", out: workRange + once},
		{
			name: "no numbers", in: "\n007\n+5\n-1\n1.5\n 1\n1 \n0x1\n1e3\n00\n1\x00\n\xd9\xa1\n1_0\n",
			out: strings.Repeat(notANumber, 13),
		},
		{name: "too long", in: strings.Repeat("1", 1025), out: protocol.LineTooLong, closed: true},
	})
}

func TestTheMostWork(t *testing.T) {
	assert.Equal(t, result{out: digest(protocol.MaxWork)}, whole.converse(t, protocol.Work, "1000000\n"))
}

var number = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)

// read returns the number that line is, or the error that it gets.
func read(line string, low, high int64, outside string) (int, string) {
	if !number.MatchString(line) {
		return 0, notANumber
	}
	n, _ := new(big.Int).SetString(line, 10)
	if n.Cmp(big.NewInt(low)) < 0 || n.Cmp(big.NewInt(high)) > 0 {
		return 0, outside
	}
	return int(n.Int64()), ""
}

func FuzzWork(f *testing.F) {
	f.Add("1\n20\r\n007\n", uint64(1))
	f.Add("0\n1000001\nx\n\n", uint64(2))
	f.Fuzz(func(t *testing.T, input string, seed uint64) {
		total := 0
		want := answer(input, "", func(line string) string {
			n, wrong := read(line, 1, protocol.MaxWork, workRange)
			if total += n; wrong != "" || total > 1000 {
				return wrong
			}
			return digest(n)
		})
		if total > 1000 {
			t.Skip("it would take too long, ten times over")
		}
		assert.Equal(t, want, splitAnywhere(t, protocol.Work, input, seed))
	})
}
