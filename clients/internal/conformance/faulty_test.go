package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// variants are the defects that tutorials' servers have had. Each is a program of its own in
// services/internal/faulty, its model's but for the defect, and a case catches it by name.
var variants = []struct {
	program string // its folder
	model   string // the one that it would be without the defect
	caught  string // the case
	reason  string // that the case must give: a regular expression
}{
	{"onereceive", "epolledge", "echo/sizes", `got its first 1024 bytes, .* then nothing more`},
	{"oneaccept", "epolledge", "echo/arrive-together", `sent "client \d+\\n"; expected "client \d+\\n", got nothing more`},
	{"missedend", "epolledge", "echo/data-and-end", `sent "goodbye\\n"; expected the end of file, got nothing more`},
	{"exactevent", "epoll", "echo/descriptors", `the server keeps closed connections`},
	{"exactevent", "epoll", "echo/idle-cpu", `it spins`},
	{"afterclose", "epoll", "echo/reset-while-writing", gone},
	{"fulltable", "epoll", "page/memory-given-back", `expected the memory of those that left to do for the next, got \d+ MiB more`},
	{"emptyreceive", "select", "echo/nothing", `sent nothing; expected the end of file, got nothing more`},
	{"emptyreceive", "select", "echo/idle-cpu", `it spins`},
	{"oneaddress", "select", "echo/print", `spoke last; expected its address in the last line of the log, got "select: echo: received .*speaker`},
	{"misspelt", "polling", "echo/next-client", `expected .*, got nothing more`},
	{"fatalerror", "poll", "echo/reset-when-idle", gone},
	{"shortsend", "poll", "echo/never-reads", `expected .*, got .*(in place of|then nothing more)`},
	{"exitmessage", "thread", "menu/exit-bytewise", `expected "Goodbye\.\\n", got "Please tr`},
	{"exitmessage", "thread", "menu/exit-discards", `got "Please try again`},
	{"parentcopy", "process", "echo/nothing", `sent nothing; expected the end of file, got nothing more`},
	{"parentcopy", "process", "echo/descriptors", `the server keeps closed connections`},
	{"unordered", "crew", "work/in-order", `got "` + hashed(1)[:20]},
	{"unordered", "crew", "wait/in-order", `expected "waited 100\\nwaited 0\\n", got "waited 0`},
	{"realsleep", "generator", "wait/others-served", `sent "0\\n"; expected "waited 0\\n", got nothing more|expected no answer yet, got "waited 1200`},
	{"getmessage", "goroutine", "page/bytewise", `in place of|expected "HTTP`},
	{"getmessage", "goroutine", "page/split", `in place of|expected "HTTP`},
	{"noreuse", "iterative", "echo/restart", `address already in use`},
}

// gone is how clients see a server that has ended.
const gone = `can't connect to echo|a reset \(ECONNRESET\)|got the end of file`

// TestFaultyVariants: each defect is caught by the case that names it, and the model
// without it passes that case, so it is the defect that decides, and not the machine.
func TestFaultyVariants(t *testing.T) {
	require.NoError(t, build())
	for _, v := range variants {
		t.Run(v.caught+" catches "+v.program, func(t *testing.T) {
			t.Parallel()
			server := start(t, v.model, v.program)
			server.Patience = time.Second // what it does not give at once it never gives
			results := Run(t.Context(), server, named(t, v.caught), nil)
			require.Len(t, results, 1)
			assert.Equal(t, Fail, results[0].Outcome, "%s", strings.Join(results[0].Transcript, "\n"))
			assert.Regexp(t, v.reason, results[0].Reason)
			t.Log(results[0].Reason)
		})
	}
	for model, names := range faultless() {
		t.Run(model+" is without it", func(t *testing.T) {
			t.Parallel()
			for _, r := range Run(t.Context(), start(t, model, model), named(t, names...), nil) {
				assert.Equal(t, Pass, r.Outcome, "%s: %s\n%s", r.Case, r.Reason, strings.Join(r.Transcript, "\n"))
			}
		})
	}
}

// faultless are the models that the variants would be without their defects, each with the cases that catch these.
func faultless() map[string][]string {
	cases := map[string][]string{}
	for _, v := range variants {
		cases[v.model] = append(cases[v.model], v.caught)
	}
	return cases
}

// TestEveryVariantIsCaught holds the table against the folders and their README, and
// sees that no build without the tag knows of them.
func TestEveryVariantIsCaught(t *testing.T) {
	const folder = "../../../services/internal/faulty/"
	mains, err := filepath.Glob(folder + "*/*.go")
	require.NoError(t, err)
	var programs []string
	for _, file := range mains {
		assert.Equal(t, "main.go", filepath.Base(file), "a variant is one file, which students can copy")
		programs = append(programs, filepath.Base(filepath.Dir(file)))
	}
	var caught []string
	for _, v := range variants {
		caught = append(caught, v.program)
	}
	slices.Sort(caught)
	assert.Equal(t, programs, slices.Compact(caught), "the folders under services/internal/faulty, and the programs of the table")

	readme, err := os.ReadFile(folder + "README.md")
	require.NoError(t, err)
	for _, v := range variants {
		row := regexp.MustCompile(`(?m)^\| \[` + v.program + `\]\(` + v.program + `/main\.go\) \| ` + v.model + ` \|.*$`).FindString(string(readme))
		assert.Contains(t, row, "`"+v.caught+"`", "the row of %s in its README", v.program)
	}

	built, err := exec.CommandContext(t.Context(), "go", "list", "c10klab/...").CombinedOutput()
	require.NoError(t, err, "%s", built)
	assert.NotContains(t, string(built), "/faulty/")
}

// named returns the cases of these names.
func named(t *testing.T, names ...string) []Case {
	t.Helper()
	list, err := Select(protocol.Apps(), "^("+strings.Join(names, "|")+")$")
	require.NoError(t, err)
	require.Len(t, list, len(names))
	return list
}
