package page

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
)

func TestWaysAreOnThePage(t *testing.T) {
	m := madeup.New("epoll", "thread").Add("epoll", "latency", nil, madeup.Twins...)
	m.Manifest.Services = append(m.Manifest.Services, result.Participant{Service: target.Service{Name: "epoll-host", Model: "epoll-host", Path: target.Host}})
	m.Add("epoll-host", "hop", nil, 0.9, 0.9, 0.9, 0.9, 0.9, 0.8)
	var b bytes.Buffer
	require.NoError(t, Write(&b, report.Summarise(m.Run)))
	assert.Contains(t, b.String(), "The way to the server")
	assert.Contains(t, b.String(), "0.80–0.90")
}
