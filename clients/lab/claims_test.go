package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestClaims(t *testing.T) {
	status, out, stderr := lab(t, root, "claims")
	assert.Zero(t, status, stderr)
	assert.Contains(t, out, "switching-costs\n    With many clients,")

	dir := kept(t)
	status, out, stderr = lab(t, root, "claims", dir)
	assert.Zero(t, status, stderr)
	assert.Contains(t, out, "switching-costs: confirmed (in Go)\n")

	status, out, stderr = lab(t, root, "claims", "-markdown")
	assert.Zero(t, status, stderr)
	assert.Contains(t, out, "\n## switching-costs\n")

	for status, args := range map[int][]string{
		2: {"claims", dir, dir},
		1: {"claims", filepath.Dir(dir)},
	} {
		got, _, stderr := lab(t, root, args...)
		assert.Equal(t, status, got, stderr)
	}
	_, _, stderr = lab(t, root, "claims", filepath.Dir(dir))
	assert.Contains(t, stderr, "holds 1 of them: lab claims "+dir)
	status, _, stderr = lab(t, root, "claims", "-markdown", dir)
	assert.Equal(t, 2, status, stderr)
}
