package report

import (
	"fmt"
	"strings"

	"c10klab/clients/internal/result"
)

// trouble says once for each reason what is missing in a row.
func (s *Summary) trouble(row *Row) {
	if failed := s.participant(row.Model).Verified.Failed; len(failed) > 0 {
		row.Trouble = append(row.Trouble, fmt.Sprintf("not measured, for it breaks the contract: %s", failed[0]))
	}
	for _, r := range s.Run.Records {
		if r.Model == row.Model && r.Outcome == result.Unsupported {
			row.Unsupported = r.Reason
		}
	}
	row.Trouble = append(row.Trouble, s.reasons(row.Model)...)
}

// reasons are all those for which a model's figures were withheld or never came, each once: a record's first, and after "also"
// those of the other gates that it failed.
func (s *Summary) reasons(model string) (sentences []string) {
	type kind struct {
		outcome result.Outcome
		reason  string
		also    bool
	}
	counts := map[kind]int{}
	var order []kind
	for _, r := range s.Run.Records {
		if r.Model != model || r.Outcome != result.Withheld && r.Outcome != result.Failed {
			continue
		}
		for i, reason := range append([]string{r.Reason}, r.Also...) {
			k := kind{r.Outcome, reason, i > 0}
			if counts[k]++; counts[k] == 1 {
				order = append(order, k)
			}
		}
	}
	for _, k := range order {
		words := string(k.outcome)
		if counts[k] > 1 {
			words += fmt.Sprintf(" (%d times)", counts[k])
		}
		if k.also {
			words += ", also"
		}
		sentences = append(sentences, words+": "+strings.TrimPrefix(k.reason, model+": "))
	}
	return sentences
}
