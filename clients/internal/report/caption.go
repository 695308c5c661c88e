package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/stats"
)

// writeCaption says under which conditions the table holds.
func (s Summary) writeCaption(out io.Writer) {
	fmt.Fprintln(out, "us at 1: response time of one client. Rate at 64: replies/s of 64, epoll = 1.00.")
	fmt.Fprintln(out, "us CPU: the server's time for each of these. KB/idle: memory of an idle")
	fmt.Fprintln(out, "connection, own+kernel's (what the cgroup counts of it).")
	m := s.Run.Manifest
	servers := len(m.Pinning.Servers)
	cpus := fmt.Sprintf("%d CPUs", servers)
	if servers == 1 {
		cpus = "1 CPU"
	}
	fmt.Fprintln(out, wrap("", fmt.Sprintf("Server: %s (%s); client: CPU %d; %s.", cpus, list(m.Pinning), m.Pinning.Client, m.Network)))
	if m.Pinning.Shared != "" {
		fmt.Fprintln(out, wrap("Beware: ", m.Pinning.Shared+"."))
	}
	if m.Pinned != "" {
		fmt.Fprintln(out, wrap("Beware: ", "the client is not pinned: "+m.Pinned+"."))
	}
	rounds := fmt.Sprintf("%d rounds", s.Rounds)
	if s.Rounds == 1 {
		rounds = "1 round"
	}
	switch {
	case s.Rounds == 0:
	case s.Rounds < stats.MinRounds:
		fmt.Fprintf(out, "%s: figures without a rank (?), for an interval takes %d.\n", rounds, stats.MinRounds)
	case !s.Rate.Known && !s.Response.Known && !s.Thousand.Known:
		fmt.Fprintf(out, "%s; no trial of epoll against its twin, so noise is not known and nothing is ranked (?).\n", rounds)
	default:
		fmt.Fprintf(out, "%s, medians and intervals; = is a tie with epoll, ? too few rounds to say.\n", rounds)
	}
	var apart []string
	if s.Rate.Known {
		apart = append(apart, percent(s.Rate.Value)+" or more in rate")
	}
	if s.Response.Known {
		apart = append(apart, percent(s.Response.Value)+" or more in response time")
	}
	if len(apart) > 0 && s.Rounds >= stats.MinRounds {
		fmt.Fprintln(out, wrap("", fmt.Sprintf("This run tells apart what differs by %s.", strings.Join(apart, ", "))))
	}
	if names := s.unheld(); len(names) > 0 {
		fmt.Fprintln(out, wrap("", fmt.Sprintf("Limits of compose.yaml that are not in force here: %s.", strings.Join(names, ", "))))
	}
	if s.Incomplete {
		fmt.Fprintln(out, "The run was interrupted: this is what it had.")
	}
	for _, p := range s.Run.Problems {
		fmt.Fprintf(out, "Not read: %s.\n", p)
	}
}

// unheld names the limits that at least one service is not under.
func (s Summary) unheld() (names []string) {
	for _, p := range s.Run.Manifest.Services {
		for _, u := range p.Unheld {
			if name, _, _ := strings.Cut(u, ":"); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func list(p pin.Choice) string {
	if len(p.Servers) == 0 {
		return "unknown"
	}
	s := make([]string, len(p.Servers))
	for i, cpu := range p.Servers {
		s[i] = fmt.Sprint(cpu)
	}
	return "CPU " + strings.Join(s, ",")
}

func percent(f float64) string { return fmt.Sprintf("%.1f %%", 100*f) }
