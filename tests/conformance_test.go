package tests

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// Every service answers all six applications as the contract says: each of the
// lab's conformance cases passes, or is declared for that model.
func testConformance(t *testing.T, r *running) {
	verified := r.client(t, "", "lab", "verify", "-json", r.Name)
	assert.Zero(t, verified.status)

	type result struct{ Case, App, Title, Outcome, Reason string }
	cases, apps := map[string]bool{}, map[string]int{}
	for _, line := range verified.lines() {
		var c result
		require.NoError(t, json.Unmarshal([]byte(line), &c), line)
		assert.False(t, cases[c.Case], "%s: reported twice", c.Case)
		assert.NotEmpty(t, c.Title, c.Case)
		assert.Contains(t, []string{"pass", "declared"}, c.Outcome, "%s: %s", c.Case, c.Reason)
		if c.Outcome == "declared" {
			assert.NotEmpty(t, c.Reason, c.Case)
		}
		cases[c.Case] = true
		apps[c.App]++
	}
	for _, app := range protocol.Apps() {
		assert.Positive(t, apps[app.String()], "cases of %s", app)
	}
}

// For a reader there is one line for each case, and the same number of them.
func TestConformanceForReaders(t *testing.T) {
	needDocker(t)
	s := project(t).Services["epoll"]
	r := start(t, s)
	verified := r.client(t, "", "lab", "verify", "-app", "menu", "-case", "exit", s.Name)
	assert.Zero(t, verified.status)
	found := 0
	for _, line := range verified.lines() {
		if strings.Contains(line, "menu/") {
			found++
		}
		assert.NotContains(t, line, "echo/")
	}
	assert.Positive(t, found)
}
