package main

import (
	"bytes"
	"io"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

func TestOptions(t *testing.T) {
	o, err := parse([]string{"-ports", "echo=7107, count=7109", "-host", "0.0.0.0", "-cpus", "0-1", "/service", "-apps", "echo,count", "-print"}, "", io.Discard)
	require.NoError(t, err)
	assert.Equal(t, ":9100", o.listen)
	assert.Equal(t, netip.MustParseAddr("127.0.0.1"), o.host, "the wildcard is asked on loopback")
	assert.Equal(t, 7107, o.ports["echo"])
	assert.Equal(t, 7109, o.ports["count"])
	assert.Equal(t, 8009, o.ports["menu"])
	assert.Equal(t, []protocol.App{protocol.Echo, protocol.Count}, o.apps)
	assert.Equal(t, []string{"/service", "-apps", "echo,count", "-print"}, o.command)
}

func TestOptionsFromTheEnvironment(t *testing.T) {
	o, err := parse([]string{"-check"}, "epoll.control:9100", io.Discard)
	require.NoError(t, err)
	assert.True(t, o.check)
	assert.Equal(t, "epoll.control:9100", o.listen)
	o, err = parse([]string{"-listen", ":1", "x"}, "epoll.control:9100", io.Discard)
	require.NoError(t, err)
	assert.Equal(t, ":1", o.listen, "the flag comes first")
	assert.Equal(t, protocol.Apps(), o.apps)
}

func TestOptionsThatDoNotParse(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "no command"},
		{[]string{"-x"}, "-x"},
		{[]string{"-listen", "9100", "s"}, "-listen"},
		{[]string{"-host", "epoll", "s"}, "-host"},
		{[]string{"-ports", "echo", "s"}, "-ports"},
		{[]string{"-ports", "echo=0", "s"}, "-ports"},
		{[]string{"-ports", "echo=70000", "s"}, "-ports"},
		{[]string{"-ports", "chat=1", "s"}, `no application "chat"`},
		{[]string{"-cpus", "two", "s"}, "-cpus"},
		{[]string{"-memory", "-1", "s"}, "-memory"},
		{[]string{"-nofile", "many", "s"}, "-nofile"},
		{[]string{"-check", "s"}, "-check takes no command"},
		{[]string{"s", "-apps=chat"}, "the service's -apps"},
	} {
		_, err := parse(c.args, "", io.Discard)
		assert.ErrorContains(t, err, c.want, "%q", c.args)
	}
}

func TestUsage(t *testing.T) {
	var out bytes.Buffer
	_, err := parse([]string{"-h"}, "", &out)
	require.ErrorIs(t, err, errHelp)
	assert.Contains(t, out.String(), "usage: meter [flags] COMMAND")
	s := launch(t, "-nofile", "x", "true")
	assert.Equal(t, 2, s.status())
	assert.Contains(t, s.err.String(), "nofile")
}
