package session

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/services/protocol"
)

// line returns n bytes.
func line(n int) string { return strings.Repeat("x", n) }

func TestMenu(t *testing.T) {
	const (
		hi      = protocol.MenuGreeting
		agent   = protocol.MenuAgent
		bye     = protocol.MenuGoodbye
		again   = protocol.MenuAgain
		tooLong = protocol.LineTooLong
	)
	hold(t, protocol.Menu, []conversation{
		{name: "nothing", out: hi},
		{name: "agent", in: "0\n", out: hi + agent},
		{name: "with carriage return", in: "0\r\n", out: hi + agent},
		{name: "two carriage returns", in: "0\r\r\n", out: hi + again},
		{name: "service", in: "1234\n", out: hi + "Service 1234 is busy, please hold.\n"},
		{name: "no services", in: "123\n12345\n2123\n12a4\n1\n", out: hi + strings.Repeat(again, 5)},
		{name: "empty lines", in: "\n\r\n", out: hi + again + again},
		{name: "exit", in: "exit\n", out: hi + bye, closed: true},
		{name: "nothing after exit", in: "0\nexit\r\n0\n1234\n", out: hi + agent + bye, closed: true},
		{name: "many in one", in: "0\n1999\nhelp\n0\n", out: hi + agent + protocol.MenuBusy("1999") + again + agent},
		{name: "a last line without its end", in: "0\n0", out: hi + agent},
		{name: "longest", in: line(1024) + "\n0\n", out: hi + again + agent},
		{name: "longest with carriage return", in: line(1024) + "\r\n0\n", out: hi + again + agent},
		{name: "longest, never ended", in: line(1024), out: hi},
		{name: "longest with carriage return, never ended", in: line(1024) + "\r", out: hi},
		{name: "too long", in: line(1025) + "\n", out: hi + tooLong, closed: true},
		{name: "too long, never ended", in: line(1025), out: hi + tooLong, closed: true},
		{name: "too long by a carriage return", in: line(1024) + "\rx", out: hi + tooLong, closed: true},
		{name: "too long by two", in: line(1024) + "\r\r\n", out: hi + tooLong, closed: true},
		{name: "carriage returns alone", in: strings.Repeat("\r", 1025) + "\n", out: hi + again},
		{name: "one carriage return more", in: strings.Repeat("\r", 1026), out: hi + tooLong, closed: true},
		{name: "too long after others", in: "0\n" + line(3000), out: hi + agent + tooLong, closed: true},
		{name: "more answers than may be owed", in: strings.Repeat("0\n", 10_000), out: hi + strings.Repeat(agent, 10_000)},
	})
}

// splitLines says what a line application is given, told in another way than the
// reader does: whole lines, and whether one that is too long follows.
func splitLines(input string) (whole []string, tooLong bool) {
	parts := strings.Split(input, "\n")
	for i, p := range parts {
		last := i == len(parts)-1
		if trimmed := strings.TrimSuffix(p, "\r"); len(trimmed) > protocol.MaxLine {
			return whole, true
		}
		if !last {
			whole = append(whole, strings.TrimSuffix(p, "\r"))
		}
	}
	return whole, false
}

// answer is what a line application says to all of input.
func answer(input, greeting string, reply func(line string) string) result {
	whole, tooLong := splitLines(input)
	r := result{out: greeting}
	for _, l := range whole {
		r.out += reply(l)
		if strings.HasSuffix(r.out, protocol.MenuGoodbye) {
			return result{r.out, true}
		}
	}
	if tooLong {
		return result{r.out + protocol.LineTooLong, true}
	}
	return r
}

var service = regexp.MustCompile(`^1[0-9]{3}$`)

func FuzzMenu(f *testing.F) {
	f.Add("0\n1234\r\nexit\n0\n", uint64(1))
	f.Add(line(1024)+"\r\n"+line(1024)+"\r", uint64(2))
	f.Add(line(1025), uint64(3))
	f.Fuzz(func(t *testing.T, input string, seed uint64) {
		want := answer(input, protocol.MenuGreeting, func(line string) string {
			switch {
			case line == "0":
				return protocol.MenuAgent
			case line == "exit":
				return protocol.MenuGoodbye
			case service.MatchString(line):
				return "Service " + line + " is busy, please hold.\n"
			}
			return protocol.MenuAgain
		})
		assert.Equal(t, want, splitAnywhere(t, protocol.Menu, input, seed))
	})
}
