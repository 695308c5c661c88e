package claims

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/result"
)

func narrow(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		assert.LessOrEqual(t, len(strings.TrimRight(line, "\n")), width, line)
	}
}

func TestList(t *testing.T) {
	var b strings.Builder
	List(&b, All())
	text := "\n" + b.String()
	for _, c := range All() {
		assert.True(t, strings.Contains(text, "\n"+c.ID+"\n    "+c.Says[:20]), c.ID)
	}
	assert.True(t, strings.Contains(text, "epoll / thread: at least 1.1 (needs thousand\n      of thread)\n"))
	narrow(t, text)
}

func TestWriteLedger(t *testing.T) {
	var b strings.Builder
	WriteLedger(&b, Ledger(worlds["uring-faster"][Smaller].run))
	text := b.String()
	assert.True(t, strings.HasPrefix(text, "epoll-flat: confirmed (in Go)\n"), "the decided ones first")
	for _, part := range []string{
		"\nuring-faster: confirmed, smaller (in Go)\n    io_uring beats epoll",
		"    (60 % at 1,000 clients, nothing at 1, by\n    github.com/frevib",
		"    - replies/s of 1,000 clients, proactor / epoll: 1.1 (1.09 to 1.11), asked is\n      at least 1.3\n",
		"\nthree-threads: inconclusive (in Go)\n",
		"at least 1; inconclusive:\n      throughput at 64 of crew was not measured in this run\n",
	} {
		assert.True(t, strings.Contains(text, part), part)
	}
	narrow(t, text)

	b.Reset()
	WriteLedger(&b, Ledger(result.Run{}))
	assert.Equal(t, len(All()), strings.Count(b.String(), ": inconclusive ("))
}

func TestThePageIsOfToday(t *testing.T) {
	var b strings.Builder
	Markdown(&b)
	page, err := os.ReadFile("../../../docs/claims.md")
	require.NoError(t, err)
	assert.True(t, b.String() == string(page), "docs/claims.md is of another day: go run ./clients/lab claims -markdown > docs/claims.md")
}
