package exercise

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"c10klab/clients/internal/result"
	"c10klab/docs/labs"
)

// words is an answer in its one form.
func (a Answer) words(q labs.Question) string {
	switch q.Kind {
	case labs.Order:
		return strings.Join(a.Order, ", ")
	case labs.Number:
		return strconv.FormatFloat(a.Number, 'g', -1, 64)
	}
	return a.Word
}

// Committed is what a run's manifest keeps of the answers: enough to see later which of them were changed. It holds no secret:
// whoever can choose among three words can try them all.
func (a Answers) Committed(s labs.Sheet) *result.Exercise {
	c := result.Exercise{Number: s.Number, Name: s.Name, Each: map[string]string{}}
	all := sha256.New()
	for _, q := range s.Questions { // in the sheet's order, whatever the file's
		answer, ok := a.To[q.ID]
		if !ok {
			continue
		}
		line := strconv.Itoa(s.Number) + " " + q.ID + ": " + answer.words(q) + "\n"
		sum := sha256.Sum256([]byte(line))
		c.Each[q.ID] = hex.EncodeToString(sum[:])
		all.Write([]byte(line))
	}
	c.Answers = hex.EncodeToString(all.Sum(nil))
	return &c
}
