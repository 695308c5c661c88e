package timeline

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/conformance"
)

const ms = time.Millisecond

// silence is two clients, one of which waited in vain.
func silence() conformance.Result {
	return conformance.Result{
		Case: "echo/two-clients", Title: "two clients are served at the same time", Outcome: conformance.Fail,
		Reason:  `client 2: sent "from b\n"; expected "from b\n", got nothing more for 5s`,
		Failure: &conformance.Failure{At: 5002 * ms, Client: 2, Waits: "recvfrom (threads that serve; 9 threads and 1 process in all)"},
		Recording: &conformance.Recording{Took: 5002 * ms, Events: []conformance.Event{
			{Client: 1, Kind: conformance.Connected, Until: ms / 2},
			{Client: 2, Kind: conformance.Connected, From: ms, Until: ms},
			{Client: 2, Kind: conformance.Sent, From: 2 * ms, Until: 2 * ms, Bytes: 6, Text: "<b>&\x00\n"},
			{Client: 2, Kind: conformance.Silence, From: 2 * ms, Until: 5002 * ms},
			{Kind: conformance.Said, From: 4 * ms, Until: 4 * ms, Text: "SIGTERM"},
		}},
	}
}

// parsed reads the picture as XML and returns the texts of its elements.
func parsed(t *testing.T, svg string) map[string][]string {
	t.Helper()
	texts := map[string][]string{}
	d := xml.NewDecoder(strings.NewReader(svg))
	var at []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			at = append(at, token.Name.Local)
		case xml.EndElement:
			at = at[:len(at)-1]
		case xml.CharData:
			if text := strings.TrimSpace(string(token)); text != "" {
				texts[at[len(at)-1]] = append(texts[at[len(at)-1]], text)
			}
		}
	}
}

func TestPicture(t *testing.T) {
	svg := SVG("mine", silence())
	texts := parsed(t, svg)
	assert.Equal(t, []string{"mine failed echo/two-clients: two clients are served at the same time"}, texts["title"])
	require.Len(t, texts["desc"], 1)
	assert.Contains(t, texts["desc"][0], "Client 2: < nothing for 5 s at 5.002 s.")
	assert.Subset(t, texts["text"], []string{"client 1", "client 2", "< nothing for 5 s", "SIGTERM", "5002 ms"})
	assert.Contains(t, strings.Join(texts["text"], "\n"), `> "<b>&\x00\n"`, "what was sent is shown, and obeyed by nobody")
	assert.Contains(t, strings.Join(texts["text"], "\n"), "the server's threads waited in: recvfrom")
	assert.Contains(t, svg, "prefers-color-scheme:dark")
	assert.Less(t, len(svg), 8<<10)
}

func TestManyConnections(t *testing.T) {
	r := silence()
	r.Recording.Events = nil
	for i := range 500 {
		r.Recording.Events = append(r.Recording.Events, conformance.Event{Client: i + 1, Kind: conformance.Connected, From: time.Duration(i) * ms, Until: time.Duration(i) * ms})
	}
	r.Failure.Client = 250
	texts := strings.Join(parsed(t, SVG("mine", r))["text"], "\n")
	for _, name := range []string{"client 1\n", "client 250\n", "client 500\n"} {
		assert.Contains(t, texts, name)
	}
	assert.NotContains(t, texts, "client 100\n")
	assert.Contains(t, texts, "483 more connections are not drawn")
}

func TestWithoutRecording(t *testing.T) {
	assert.Empty(t, SVG("mine", conformance.Result{Outcome: conformance.Pass}))
	r := silence()
	r.Recording.Events, r.Failure = nil, nil
	assert.NotEmpty(t, parsed(t, SVG("mine", r))["title"], "nobody could connect")
}

func TestScale(t *testing.T) {
	s := scaleOf([]connection{{events: []conformance.Event{{From: ms, Until: 2 * ms}, {From: 2 * ms, Until: 5000 * ms}}}}, 5000*ms)
	last := 0.0
	for _, at := range []time.Duration{0, ms / 2, ms, 3 * ms / 2, 2 * ms, time.Second, 5 * time.Second} {
		x := s.place(at)
		assert.Greater(t, x, last, "time goes to the right")
		last = x
	}
	assert.InDelta(t, left, s.place(0), 0.1)
	assert.InDelta(t, right, s.place(time.Minute), 0.1, "nothing lies outside")
	assert.Greater(t, s.place(2*ms)-s.place(ms), 30.0, "a millisecond before five seconds can be seen")
}
