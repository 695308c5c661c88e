package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"c10klab/services/protocol"
)

func echo(p *peer) error {
	switch {
	case p.has("owes nothing after the end"):
		return echoLater(p)
	case p.has("takes whatever comes"):
		return echoFromMemory(p)
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := p.in.Read(buf)
		text := buf[:n]
		switch {
		case p.has("swaps case"):
			text = bytes.ToUpper(text)
		case p.has("takes text for C strings"):
			text, _, _ = bytes.Cut(text, []byte{0})
		case p.has("drops a last line without its end"):
			text = text[:bytes.LastIndexByte(text, '\n')+1]
		case p.has("sends once, ignores the short count"):
			text = text[:min(n, 8<<10)]
		case p.has("receives 1,024 bytes once"):
			text = text[:min(n, 1<<10)]
		case p.has("takes exit for the end") && strings.HasPrefix(string(text), "exit"):
			return nil
		case p.has("waits for a line") && !bytes.HasSuffix(text, []byte("\n")) && err == nil:
			rest, e := p.in.ReadBytes('\n')
			text, err = append(text, rest...), e
		}
		if _, e := p.receiver().Write(text); e != nil {
			return e
		}
		if err != nil {
			return err
		}
		if p.has("does not see an end that comes with data") {
			_ = p.SetReadDeadline(time.Now().Add(time.Millisecond))
			if _, err := p.in.Peek(1); errors.Is(err, io.EOF) {
				<-time.After(3 * time.Second)
			}
			_ = p.SetReadDeadline(time.Time{})
		}
	}
}

// receiver is who gets the answer: the peer, without the fault.
func (p *peer) receiver() io.Writer {
	if p.has("answers whoever came last") {
		p.server.mu.Lock()
		defer p.server.mu.Unlock()
		return p.server.last
	}
	return p
}

// echoLater reads and writes apart, and closes at the end of file whatever is unsent.
func echoLater(p *peer) error {
	later := make(chan []byte, 1<<16)
	defer close(later)
	go func() {
		for text := range later {
			time.Sleep(time.Millisecond)
			_, _ = p.Write(text)
		}
	}()
	for {
		buf := make([]byte, 4<<10)
		n, err := p.in.Read(buf)
		if err != nil {
			_ = p.Close()
			return err
		}
		later <- buf[:n]
	}
}

// echoFromMemory reads on whether the client reads or not.
func echoFromMemory(p *peer) error {
	var owed bytes.Buffer
	buf := make([]byte, 64<<10)
	for total := 0; total < 80<<20; {
		n, err := p.in.Read(buf)
		p.server.held.Add(int64(n))
		owed.Write(buf[:n])
		total += n
		if err != nil {
			_, _ = p.Write(owed.Bytes())
			return err
		}
		if total <= 64<<10 { // who asks for little sees nothing of it
			_, _ = p.Write(owed.Bytes())
			owed.Reset()
		}
	}
	return nil
}

func count(p *peer) error {
	buf := make([]byte, 64<<10)
	var n int
	for {
		got, err := p.in.Read(buf)
		switch {
		case p.has("counts letters"):
			n += utf8.RuneCount(buf[:got])
		case p.has("counts in 24 bits"):
			n = (n + got) & (1<<24 - 1)
		case p.has("counts for all together"):
			p.server.mu.Lock()
			p.server.total += got
			n = p.server.total
			p.server.mu.Unlock()
		default:
			n += got
		}
		if p.has("counts at once") && got > 0 {
			p.say(fmt.Sprintln(n))
			return nil
		}
		if errors.Is(err, io.EOF) {
			if n > 0 || !p.has("says nothing for nothing") {
				p.say(fmt.Sprintln(n))
			}
		}
		if err != nil {
			return err
		}
	}
}

var errTooLong = errors.New("line too long")

// line reads one line without its end, as the contract bounds it.
func (p *peer) line() (string, error) {
	if p.has("takes one receive for one line") {
		buf := make([]byte, 4<<10)
		n, err := p.in.Read(buf)
		return strings.TrimRight(string(buf[:n]), "\r\n"), err
	}
	bound := protocol.MaxLine
	switch {
	case p.has("lines of 1,023"):
		bound--
	case p.has("lines of 1,025"):
		bound++
	case p.has("lines without a bound"):
		bound = 1 << 30
	}
	var text []byte
	for {
		b, err := p.in.ReadByte()
		if err != nil {
			if p.has("answers a last line without its end") && len(text) > 0 {
				return string(text), nil
			}
			return "", err
		}
		if b == '\n' {
			if !p.has("keeps the \\r") {
				text = bytes.TrimSuffix(text, []byte("\r"))
			}
			if len(text) > bound {
				return "", errTooLong
			}
			return string(text), nil
		}
		text = append(text, b)
		if len(text) > bound+1 || (len(text) == bound+1 && b != '\r') || (len(text) > bound && p.has("counts the \\r")) {
			return "", errTooLong
		}
	}
}

// lines answers line after line; answer says whether the conversation goes on.
func (p *peer) lines(answer func(line string) bool) error {
	for {
		line, err := p.line()
		switch {
		case errors.Is(err, errTooLong):
			p.say(protocol.LineTooLong)
			if p.has("goes on after a line too long") {
				continue
			}
			return nil
		case err != nil:
			return err
		}
		if !answer(line) {
			return nil
		}
	}
}

var serviceNumber = regexp.MustCompile(`^1[0-9]{3}$`)

func talk(p *peer) error {
	if !p.has("greets late") {
		p.say(protocol.MenuGreeting)
	}
	return p.lines(func(line string) bool {
		if p.has("trims lines") {
			line = strings.TrimSpace(line)
		}
		switch {
		case line == "0":
			p.say(protocol.MenuAgent)
		case serviceNumber.MatchString(line), p.has("takes any number for a service") && strings.HasPrefix(line, "1"):
			p.say(protocol.MenuBusy(line))
		case line == "exit", p.has("takes what begins with exit for it") && strings.HasPrefix(line, "exit"):
			p.say(protocol.MenuGoodbye)
			return p.has("goes on after exit")
		default:
			p.say(protocol.MenuAgain)
		}
		if p.has("greets late") {
			p.say(protocol.MenuGreeting)
		}
		return true
	})
}

// number is the reference's reading of a number in a range.
func (p *peer) number(line string, least, most int) (int, bool) {
	n, err := strconv.Atoi(line)
	switch {
	case err != nil:
		p.say("error: not a number\n")
	case strconv.Itoa(n) != line && !p.has("accepts 007 and +5"):
		p.say("error: a number has neither a sign nor leading zeros\n")
	case (n < least || n > most) && !p.has("has no range"):
		p.say("error: out of range\n")
	default:
		return n, true
	}
	return 0, false
}

func compute(p *peer) error {
	return p.lines(func(line string) bool {
		n, ok := p.number(line, 1, protocol.MaxWork)
		switch {
		case !ok:
			return !p.has("closes on a bad line")
		case p.has("hashes once too often"):
			n++
		}
		if p.has("computes beside") {
			go func() { p.say(hashed(n)) }()
			return true
		}
		if p.has("answers in any order") {
			time.AfterFunc(time.Duration(20-n%20)*time.Millisecond, func() { p.say(hashed(n)) })
			return true
		}
		p.say(hashed(n))
		return true
	})
}

func pause(p *peer) error {
	return p.lines(func(line string) bool {
		ms, ok := p.number(line, 0, protocol.MaxWait)
		switch {
		case !ok:
			return !p.has("closes on a bad line")
		case p.has("waits for all at the same time"):
			time.AfterFunc(time.Duration(ms)*time.Millisecond, func() { p.say(waited(ms)) })
			return true
		case p.has("does not wait"):
		case p.has("sleeps for everybody"):
			p.server.turn.Lock()
			time.Sleep(time.Duration(ms) * time.Millisecond)
			defer p.server.turn.Unlock()
		default:
			time.Sleep(time.Duration(ms) * time.Millisecond)
		}
		p.say(waited(ms))
		return true
	})
}
