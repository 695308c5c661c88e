package tests

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/testcontainers/testcontainers-go/log"
)

// TestMain takes away by label whatever the tests left, also when they are
// interrupted, and what an earlier run left that was killed.
func TestMain(m *testing.M) {
	log.SetDefault(silent{})
	sweep(abandoned)
	var err error
	if binaries, err = os.MkdirTemp("", "c10klab-bin-"); err != nil {
		panic(err)
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-interrupted
		sweep(ours)
		_ = os.RemoveAll(binaries)
		os.Exit(130)
	}()
	flag.Parse()
	status := m.Run()
	_ = os.RemoveAll(binaries)
	if left := sweep(ours); len(left) > 0 && status == 0 {
		fmt.Fprintln(os.Stderr, "the tests passed, and left behind (removed now):", left)
		status = 1
	}
	os.Exit(status)
}

// silent keeps testcontainers' report of each container's life to itself: what
// went wrong comes back as an error.
type silent struct{}

func (silent) Printf(string, ...any) {}
