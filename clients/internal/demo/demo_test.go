package demo

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTurns(t *testing.T) {
	show, ok := Find("turns")
	require.True(t, ok)
	var out bytes.Buffer
	require.NoError(t, show(&out))
	var said []string
	for _, m := range regexp.MustCompile(`(?m)^  (.*)$`).FindAllStringSubmatch(out.String(), -1) {
		said = append(said, m[1])
	}
	assert.Equal(t, []string{
		"A B A B",
		"A B A B",
		"A1 B1 C1 A2 B2 C2 A3 B3 C3 A4 B4 C4 A5 B5 C5",
		"A1 A2 A3 A4 A5 B1 B2 B3 B4 B5 C1 C2 C3 C4 C5",
	}, said)
}

func TestNoSuchDemo(t *testing.T) {
	_, ok := Find("turn")
	assert.False(t, ok)
	assert.Equal(t, []string{"turns"}, Names())
}
