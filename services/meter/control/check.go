package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"

	"c10klab/services/protocol"
)

// checkWithin is longer than the probe that a check may set off.
const checkWithin = 3 * probeWithin

// Check asks the meter that listens at listen (":9100", "epoll.control:9100")
// for the health of its service. The error says why it is not healthy.
func Check(listen string) (protocol.Health, error) {
	var h protocol.Health
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return h, fmt.Errorf("address of the meter %q: %w", listen, err)
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return h, err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // and no proxy
	response, err := client.Do(request)
	if err != nil {
		return h, err
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&h); err != nil {
		return h, fmt.Errorf("parse the answer of %s: %w", request.URL, err)
	}
	if response.StatusCode != http.StatusOK {
		return h, fmt.Errorf("HTTP status %d", response.StatusCode)
	}
	return h, nil
}
