package version

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheRevisionThatTheRunWasToldIsTheVersion(t *testing.T) {
	t.Setenv("LAB_REVISION", "0123456-dirty")
	assert.Equal(t, "0123456-dirty", Revision())
	assert.Equal(t, "0123456-dirty", String())
}

func TestThereIsAlwaysAVersion(t *testing.T) {
	t.Setenv("LAB_REVISION", "")
	assert.NotEmpty(t, String())
}
