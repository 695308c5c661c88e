package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An echo server breaks the contract of menu with its first byte.
func TestVerifyTeaches(t *testing.T) {
	address, dir := echo(t), t.TempDir()
	pictures := filepath.Join(dir, "pictures")
	status, out, stderr := lab(t, dir, "verify", "-app", "menu", "-case", "menu/(half-close-owed|exit-lingers)$", "-timeline", pictures, address)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "2 cases failed")
	for _, want := range []string{
		`  sent       "1234\n0\nhello\n1000\n"`,
		`  expected   "`,
		`  received   "1234\n0\nhello\n1000\n"`,
		"  differs    at byte 0: ",
		" expected, '1' (0x31) received\n",
		"  server     its threads waited in: not told: no meter looks into this server\n",
		"  again      lab verify -app menu -case '^menu/half-close-owed$' " + address + "\n",
		" s  client 1 connected\n",
	} {
		assert.Contains(t, out, want)
	}
	drawn, err := filepath.Glob(filepath.Join(pictures, "tcp-127.0.0.1-*-menu-half-close-owed.svg"))
	require.NoError(t, err)
	require.Len(t, drawn, 1)
	assert.Contains(t, out, "  time line  "+drawn[0]+"\n")
	svg, err := os.ReadFile(drawn[0])
	require.NoError(t, err)
	assert.Contains(t, string(svg), " failed menu/half-close-owed: after the end of file the client still gets all that it is owed</title>")
}

func TestVerifyTeachesInJSON(t *testing.T) {
	address := echo(t)
	_, out, _ := lab(t, t.TempDir(), "verify", "-json", "-app", "menu", "-case", "menu/half-close-owed$", address)
	var r struct {
		Again    string
		Timeline string
		Failure  struct {
			Client                int
			Sent, Received, Waits string
			Differs               struct {
				At         int
				Want, Have string
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &r), out)
	assert.Equal(t, "lab verify -app menu -case '^menu/half-close-owed$' "+address, r.Again)
	assert.Empty(t, r.Timeline)
	assert.Equal(t, 1, r.Failure.Client)
	assert.Equal(t, "'1' (0x31)", r.Failure.Differs.Have)
}

func TestVerifyPicturesNeedAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	status, _, stderr := lab(t, t.TempDir(), "verify", "-app", "echo", "-timeline", file, echo(t))
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "-timeline "+file+" is no folder")
	assert.Equal(t, 1, strings.Count(stderr, "\n"))
}

func TestWord(t *testing.T) {
	assert.Equal(t, "tcp://127.0.0.1:7007", word("tcp://127.0.0.1:7007"))
	assert.Equal(t, `'a folder'`, word("a folder"))
	assert.Equal(t, `'it'\''s'`, word("it's"))
}
