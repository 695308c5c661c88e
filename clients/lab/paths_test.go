package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/target"
)

func TestPathsAreUpTogether(t *testing.T) {
	named := func(host string) target.Service {
		return target.Service{Name: host, Path: target.Published, Meter: host + ":9100"}
	}
	loopback := target.Service{Name: "epoll-loopback", Path: target.Loopback, Meter: "127.0.0.1:9100"}
	assert.Empty(t, pathsUp(t.Context(), nil))
	assert.Empty(t, pathsUp(t.Context(), []target.Service{loopback, named("there.is.none.invalid")}), "an address always resolves")
	both := []target.Service{loopback, named("localhost")}
	assert.Equal(t, both, pathsUp(t.Context(), both))
}
