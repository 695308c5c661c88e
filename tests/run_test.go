package tests

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
)

const (
	// labelRun is on everything that these tests start, with the run's name as its value.
	labelRun = "lab.test"
	// labelProject is compose's own.
	labelProject = "com.docker.compose.project"
	// projects is how the names of our compose projects begin; one more may follow.
	projects = "c10klab-test-"
	chats    = "chat-"
	hops     = "hop-"
)

// runID names this run: the machine, the process, and something that no other run has.
var runID = func() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s-%d-%s", strings.ToLower(host), os.Getpid(), strings.ToLower(rand.Text()[:8]))
}()

func ours(id string) bool { return id == runID }

// abandoned tells the runs of this machine whose process is gone.
func abandoned(id string) bool {
	parts := strings.Split(id, "-")
	if len(parts) < 3 {
		return false
	}
	host, _ := os.Hostname()
	pid, err := strconv.Atoi(parts[len(parts)-2])
	mine := strings.Join(parts[:len(parts)-2], "-") == strings.ToLower(host)
	return err == nil && mine && syscall.Kill(pid, 0) == syscall.ESRCH
}

// sweep removes the containers and networks of the runs that match, and returns
// their names. Without an engine there is nothing to remove.
func sweep(match func(id string) bool) (removed []string) {
	if os.Getenv(envNoDocker) == "1" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	docker, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return nil
	}
	defer docker.Close()
	belongs := func(labels map[string]string) bool {
		project, isOurs := strings.CutPrefix(labels[labelProject], projects)
		return match(labels[labelRun]) || isOurs && match(strings.TrimPrefix(strings.TrimPrefix(project, chats), hops))
	}
	containers, _ := docker.ContainerList(ctx, client.ContainerListOptions{All: true})
	for _, c := range containers.Items {
		if belongs(c.Labels) {
			_, _ = docker.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
			removed = append(removed, strings.Join(c.Names, " "))
		}
	}
	networks, _ := docker.NetworkList(ctx, client.NetworkListOptions{})
	for _, n := range networks.Items {
		if belongs(n.Labels) {
			if _, err := docker.NetworkRemove(ctx, n.ID, client.NetworkRemoveOptions{}); !stale(ctx, docker, n.ID, err) {
				removed = append(removed, n.Name)
			}
		}
	}
	return removed
}

// stale reports whether a network could not be removed because of the engine itself: since 20.10 it now and then
// keeps the endpoint of a container that is long gone, until it is started anew (moby/moby issue 43286).
func stale(ctx context.Context, docker *testcontainers.DockerClient, network string, err error) bool {
	if err == nil || !strings.Contains(err.Error(), "has active endpoints") {
		return false
	}
	found, err := docker.NetworkInspect(ctx, network, client.NetworkInspectOptions{})
	return err == nil && len(found.Network.Containers) == 0
}
