package building

// letters are what words are made of: no framing's byte is among them, and every rule changes a word that has one.
const letters = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// word draws a message of n bytes.
func (p *play) word(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[p.random.IntN(len(letters))]
	}
	return b
}

// words draws messages of from to to bytes until they are so many bytes together as they are sent, and returns that and the answers.
func (p *play) words(bytes, from, to int) (ask, want []byte) {
	for len(ask) < bytes {
		m := p.word(from + p.random.IntN(to-from+1))
		ask = append(ask, p.spec.Frame(m)...)
		want = append(want, p.spec.Frame(p.spec.Answer(m))...)
	}
	return ask, want
}

// tooLong is what is sent for a message that is one byte too long, and what must come back.
func (p *play) tooLong() (ask, want []byte) {
	ask = p.spec.Frame(p.word(p.spec.Longest + 1))
	if p.spec.Framing == Terminated {
		ask = ask[:len(ask)-1] // it is too long before it ends
	}
	return ask, p.spec.Frame([]byte(p.spec.TooLong))
}
