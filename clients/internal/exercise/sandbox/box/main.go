// Command box runs one program in the sandbox in which grade-all runs what strangers wrote, and prints what came of it as JSON:
//
//	go run ./clients/internal/exercise/sandbox/box -image golang:1.26 -file server=work/server -time 5s /box/server -v
//
// A -file lies in /box; the program may write to /tmp alone. The exit status is 0 however the program ended, 1 if it could not be run.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"c10klab/clients/internal/exercise/sandbox"
)

// answer is sandbox.Output as JSON.
type answer struct {
	Stdout string  `json:"stdout"`
	Stderr string  `json:"stderr"`
	Status int     `json:"status"`
	End    string  `json:"end"`
	Took   float64 `json:"took_s"`
}

func main() {
	var l sandbox.Limits
	var files []sandbox.File
	image := flag.String("image", "", "the container's `IMAGE`, which must be present")
	flag.Func("file", "a file `NAME=PATH` for /box, executable if PATH is; as often as needed", func(s string) error {
		f, err := load(s)
		files = append(files, f)
		return err
	})
	flag.DurationVar(&l.Time, "time", sandbox.Common.Time, "how long it may take")
	flag.Int64Var(&l.Memory, "memory", sandbox.Common.Memory, "`BYTES` of memory")
	flag.Int64Var(&l.Disk, "disk", sandbox.Common.Disk, "`BYTES` in /tmp")
	flag.IntVar(&l.Inodes, "inodes", sandbox.Common.Inodes, "files in /tmp")
	flag.IntVar(&l.PIDs, "pids", sandbox.Common.PIDs, "processes and threads")
	flag.Float64Var(&l.CPUs, "cpus", sandbox.Common.CPUs, "CPUs")
	flag.Int64Var(&l.Output, "output", sandbox.Common.Output, "`BYTES` of output")
	flag.Parse()
	if *image == "" || flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "box: want -image IMAGE and a command, such as -image golang:1.26 /usr/local/go/bin/go version")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	out, err := sandbox.Run(ctx, l, *image, files, sandbox.Command{Args: flag.Args()})
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(answer{string(out.Stdout), string(out.Stderr), out.Status, string(out.End), out.Took.Seconds()})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "box:", err)
		os.Exit(1)
	}
}

// load reads the file that NAME=PATH means.
func load(s string) (sandbox.File, error) {
	name, path, ok := strings.Cut(s, "=")
	if !ok {
		return sandbox.File{}, fmt.Errorf("want NAME=PATH")
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return sandbox.File{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return sandbox.File{}, err
	}
	return sandbox.File{Name: name, Content: content, Executable: info.Mode()&0o111 != 0}, nil
}
