package merge

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

func TestVoidRunDecidesNothingBesideOthers(t *testing.T) {
	void := madeup.Void().Run
	void.Path = "results/void"
	m := Of([]result.Run{void})
	require.Len(t, m.Problems, 1)
	assert.Contains(t, m.Problems[0], "results/void is void: epoll made 10 % slower went unseen")
	for _, c := range claims.All() {
		v := m.Machines[0].Verdict(c.ID)
		assert.False(t, v.Decided(), "%s: %s", c.ID, v)
	}
	var out strings.Builder
	m.Write(&out)
	assert.Contains(t, strings.Join(strings.Fields(out.String()), " "), "Beware: results/void is void: ")
}
