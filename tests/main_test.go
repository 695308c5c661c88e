package tests

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"testing"

	"github.com/testcontainers/testcontainers-go/log"
)

// TestMain takes away by label whatever the tests left, also when they are
// interrupted, and what an earlier run left that was killed.
func TestMain(m *testing.M) {
	log.SetDefault(silent{})
	sweep(abandoned)
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-interrupted
		sweep(ours)
		os.Exit(130)
	}()
	flag.Parse()
	waitTogether()
	status := m.Run()
	if left := sweep(ours); len(left) > 0 && status == 0 {
		fmt.Fprintln(os.Stderr, "the tests passed, and left behind (removed now):", left)
		status = 1
	}
	os.Exit(status)
}

// waitTogether lets two tests a CPU run at a time, unless -parallel says
// otherwise: tests of services spend half of their time with waiting.
func waitTogether() {
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	}
}

// silent keeps testcontainers' report of each container's life to itself: what
// went wrong comes back as an error.
type silent struct{}

func (silent) Printf(string, ...any) {}
