package building

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Spec is what one student's server speaks. All of it is drawn from the exercise's name and the seed, so that two of a class rarely
// speak the same, and anybody can draw it again.
type Spec struct {
	Seed       string
	Framing    Framing
	Terminator byte   // of Terminated: no message has it in it
	Rule       Rule   // what the answer to a message is
	Longest    int    // bytes of a message, at most; a longer one is answered by TooLong and ends the conversation
	OweAtMost  int    // bytes: who is owed so many or more isn't read from
	TooLong    string // the answer to a message that is too long, or whose length is no number; the rule doesn't apply to it
	Workers    int    // threads of the pool
	Queue      int    // connections that may wait for the pool
	Turn       int    // answers after which a generator lets others have their turn
}

// Framing says where a message ends.
type Framing string

// The framings.
const (
	Terminated   Framing = "terminated"    // after each message stands one byte that is in no message
	BigEndian    Framing = "big-endian"    // before each message stands its length, two bytes, the higher first
	LittleEndian Framing = "little-endian" // before each message stands its length, two bytes, the lower first
	Digits       Framing = "digits"        // before each message stands its length, four decimal digits
)

// Rule makes an answer of a message.
type Rule string

// The rules. Each keeps a message of four bytes four bytes long.
const (
	Upper    Rule = "upper"    // small letters of ASCII become capital ones
	Reversed Rule = "reversed" // the last byte first
	Checksum Rule = "checksum" // the sum of its bytes modulo 65,536, as four hex digits
	Rotated  Rule = "rotated"  // each letter of ASCII becomes the one 13 further on, round the alphabet
)

// MostSeed is how many bytes a seed may have.
const MostSeed = 64

// Draw makes the protocol of an exercise for a seed. The seed is any text in one line, such as a student's number.
func Draw(exercise, seed string) (Spec, error) {
	if seed == "" || len(seed) > MostSeed || strings.ContainsFunc(seed, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return Spec{}, fmt.Errorf("the seed %q: want 1 to %d bytes in one line, such as a student's number", seed, MostSeed)
	}
	d := &draw{sum: sha256.Sum256([]byte("building exercise\x00" + exercise + "\x00" + seed))}
	s := Spec{Seed: seed}
	s.Framing = []Framing{Terminated, BigEndian, LittleEndian, Digits}[d.below(4)]
	s.Terminator = ";|#!~$%&"[d.below(8)]
	s.Rule = []Rule{Upper, Reversed, Checksum, Rotated}[d.below(4)]
	s.Longest = 200 + 40*d.below(21)
	s.OweAtMost = (4 + d.below(13)) << 12
	s.TooLong = []string{"too long", "that is too much", "no room for that", "shorter please"}[d.below(4)]
	s.Workers = 3 + d.below(6)
	s.Queue = 4 + d.below(9)
	s.Turn = 8 + 4*d.below(7)
	return s, nil
}

// draw takes small numbers from a hash: the same ones for ever, whatever becomes of a library's generator.
type draw struct {
	sum  [32]byte
	next int
}

func (d *draw) below(n int) int {
	v := binary.BigEndian.Uint16(d.sum[d.next:])
	d.next += 2
	return int(v) % n
}

// Answer is what a message is answered by, not yet framed.
func (s Spec) Answer(message []byte) []byte {
	switch s.Rule {
	case Upper:
		return bytes.ToUpper(message)
	case Reversed:
		out := slices.Clone(message)
		slices.Reverse(out)
		return out
	case Checksum:
		sum := uint16(0)
		for _, b := range message {
			sum += uint16(b)
		}
		return []byte(hex.EncodeToString(binary.BigEndian.AppendUint16(nil, sum)))
	}
	return bytes.Map(rotate, message)
}

func rotate(r rune) rune {
	for _, first := range "aA" {
		if r >= first && r < first+26 {
			return first + (r-first+13)%26
		}
	}
	return r
}

// Frame puts a message, or an answer, as it goes over the wire.
func (s Spec) Frame(message []byte) []byte {
	switch s.Framing {
	case BigEndian:
		return append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)
	case LittleEndian:
		return append(binary.LittleEndian.AppendUint16(nil, uint16(len(message))), message...)
	case Digits:
		return append(fmt.Appendf(nil, "%04d", len(message)), message...)
	}
	return append(slices.Clone(message), s.Terminator)
}
