package session

import (
	"crypto/sha256"
	"encoding/hex"

	"c10klab/services/protocol"
)

// work applies SHA-256 as often as the line says, starting from 32 zero bytes,
// and says the digest. It costs CPU, here, in the handler: a fifth of a second at most.
func work(s *Session, line []byte) {
	n, err := parseNumber(line, 1, protocol.MaxWork)
	if err != nil {
		s.sayError(err)
		return
	}
	var sum [sha256.Size]byte
	for range n {
		sum = sha256.Sum256(sum[:])
	}
	var digits [2*sha256.Size + 1]byte
	s.out.write(append(hex.AppendEncode(digits[:0], sum[:]), '\n'))
}
