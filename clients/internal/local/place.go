package local

import (
	"fmt"
	"net"
	"strconv"

	"c10klab/services/protocol"
)

// place is where one service and its meter listen.
type place struct {
	host    string
	control string         // host:port of the meter
	ports   protocol.Ports // nil: the protocol's own
}

// choose finds places for n services. In a network of its own each has an
// address of its own and the protocol's ports; in the host's, free ports.
func choose(n int, network Network) ([]place, error) {
	places := make([]place, n)
	if network.Own {
		for i := range places {
			places[i].host = fmt.Sprintf("127.0.1.%d", i+1)
			places[i].control = net.JoinHostPort(places[i].host, strconv.Itoa(protocol.ControlPort))
		}
		return places, nil
	}
	// All are held until all are chosen, so that none is chosen twice.
	var held []net.Listener
	defer func() {
		for _, l := range held {
			l.Close()
		}
	}()
	free := func() (int, error) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, fmt.Errorf("choosing a free port: %w", err)
		}
		held = append(held, l)
		return l.Addr().(*net.TCPAddr).Port, nil
	}
	for i := range places {
		p := &places[i]
		p.host, p.ports = "127.0.0.1", protocol.Ports{}
		for _, app := range protocol.Apps() {
			port, err := free()
			if err != nil {
				return nil, err
			}
			p.ports[app.String()] = port
		}
		port, err := free()
		if err != nil {
			return nil, err
		}
		p.control = net.JoinHostPort(p.host, strconv.Itoa(port))
	}
	return places, nil
}
