package building

import "fmt"

// Protocol says in words what is spoken, for the exercise's text.
func (s Spec) Protocol() string {
	return fmt.Sprintf("- %s\n- %s\n- A message has at most %d bytes. A longer one is answered by `%s`%s, and the conversation ends: what is owed is sent, then the connection is closed.\n"+
		"- Each message gets one answer, in the order of the messages. An example: `%s` is answered by `%s`.",
		s.framing(), s.rule(), s.Longest, s.TooLong, s.framed(), escaped(s.Frame([]byte("Hello"))), escaped(s.Frame(s.Answer([]byte("Hello")))))
}

func (s Spec) framing() string {
	switch s.Framing {
	case BigEndian:
		return "Before each message stands its length in two bytes, the higher one first; before each answer, too."
	case LittleEndian:
		return "Before each message stands its length in two bytes, the lower one first; before each answer, too."
	case Digits:
		return "Before each message stands its length in four decimal digits; before each answer, too. A length that is no number counts as too long."
	}
	return fmt.Sprintf("After each message stands one byte, `%s`, which is in no message; after each answer, too.", string(s.Terminator))
}

func (s Spec) rule() string {
	switch s.Rule {
	case Upper:
		return "The answer is the message with small letters made capital ones."
	case Reversed:
		return "The answer is the message from its last byte to its first."
	case Checksum:
		return "The answer is the sum of the message's bytes, modulo 65,536, as four hex digits."
	}
	return "The answer is the message with each letter replaced by the one 13 further on, round the alphabet."
}

func (s Spec) framed() string {
	if s.Framing == Terminated {
		return " and the same byte"
	}
	return ", with its length before it"
}
