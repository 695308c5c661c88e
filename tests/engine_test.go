package tests

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/require"
	"github.com/testcontainers/testcontainers-go"
)

// envNoDocker is the environment variable that leaves out the tests that need Docker.
const envNoDocker = "C10KLAB_NO_DOCKER"

// engine connects once; its error says what to do.
var engine = sync.OnceValues(func() (docker *testcontainers.DockerClient, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	defer func() {
		if r := recover(); r != nil { // testcontainers panics where it finds no engine's address at all
			err = fmt.Errorf("%v", r)
		}
		if err != nil {
			err = fmt.Errorf("no Docker engine answers, and this test needs one: %w\n%s=1 leaves such tests out", err, envNoDocker)
		}
	}()
	docker, err = testcontainers.NewDockerClientWithOpts(ctx)
	if err == nil {
		_, err = docker.Ping(ctx, client.PingOptions{})
	}
	return docker, err
})

// needDocker returns the engine's client, with these images present.
func needDocker(t *testing.T, images ...string) *testcontainers.DockerClient {
	t.Helper()
	if os.Getenv(envNoDocker) == "1" {
		t.Skip(envNoDocker + "=1: this test needs a Docker engine, and is left out")
	}
	docker, err := engine()
	require.NoError(t, err)
	for _, image := range images {
		_, err := docker.ImageInspect(t.Context(), image)
		require.NoError(t, err, "make images builds it")
	}
	return docker
}
