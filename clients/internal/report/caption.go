package report

import (
	"fmt"
	"slices"
	"strings"

	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/stats"
)

// Conditions says under which ones the figures hold, and how the marks are read.
func (s Summary) Conditions() []Note {
	m := s.Run.Manifest
	cpus := fmt.Sprintf("%d CPUs", len(m.Pinning.Servers))
	if len(m.Pinning.Servers) == 1 {
		cpus = "1 CPU"
	}
	notes := append(s.void(), Note{"", fmt.Sprintf("Server: %s (%s); client: CPU %d; %s.", cpus, list(m.Pinning), m.Pinning.Client, m.Network)})
	if m.Pinning.Shared != "" {
		notes = append(notes, Note{"Beware: ", m.Pinning.Shared + "."})
	}
	if m.Pinned != "" {
		notes = append(notes, Note{"Beware: ", "the client is not pinned: " + m.Pinned + "."})
	}
	for _, words := range []string{s.marks(), s.client(), s.apart(), s.Planted.Caption(), s.inGo(), s.busy()} {
		if words != "" {
			notes = append(notes, Note{"", words})
		}
	}
	if names := s.unheld(); len(names) > 0 {
		notes = append(notes, Note{"", fmt.Sprintf("Limits of compose.yaml that are not in force here: %s.", strings.Join(names, ", "))})
	}
	if n := m.Plan.Left; n > 0 {
		notes = append(notes, Note{"", fmt.Sprintf("The plan's time was over: its last %d trials were left out.", n)})
	}
	if s.Incomplete {
		notes = append(notes, Note{"", "The run was interrupted: this is what it had."})
	}
	for _, p := range s.Run.Problems {
		notes = append(notes, Note{"Not read: ", p + "."})
	}
	return notes
}

// marks says how many rounds there are, and so what stands behind a figure.
func (s Summary) marks() string {
	rounds := fmt.Sprintf("%d rounds", s.Rounds)
	if s.Rounds == 1 {
		rounds = "1 round"
	}
	switch {
	case s.Rounds == 0:
		return ""
	case s.Rounds < stats.MinRounds:
		return fmt.Sprintf("%s: figures without a rank (?), for an interval takes %d.", rounds, stats.MinRounds)
	case !s.Rate.Known && !s.Response.Known && !s.Thousand.Known:
		return rounds + "; no trial of epoll against its twin, so noise is not known and nothing is ranked (?)."
	}
	return rounds + ", medians and intervals; = is a tie with epoll, ? too few rounds to say."
}

// apart says from which difference on the run tells models apart.
func (s Summary) apart() string {
	var apart []string
	if s.Rate.Known {
		apart = append(apart, percent(s.Rate.Value)+" or more in rate")
	}
	if s.Response.Known {
		apart = append(apart, percent(s.Response.Value)+" or more in response time")
	}
	if len(apart) == 0 || s.Rounds < stats.MinRounds {
		return ""
	}
	return fmt.Sprintf("This run tells apart what differs by %s.", strings.Join(apart, ", "))
}

// client says what it means that the client limits a rate.
func (s Summary) client() string {
	for _, row := range s.Rows {
		if row.Throughput.Client || row.Thousand.Client {
			return "c: the client is as busy as the server and limits the rate, too (gate 3): no rank; compare CPU."
		}
	}
	return ""
}

// busy says how many trials had a machine that did something else.
func (s Summary) busy() string {
	busy, again, all := map[int]bool{}, map[int]bool{}, map[int]bool{}
	for _, r := range s.Run.Records {
		all[r.Trial] = true
		if r.Disturbed != "" {
			busy[r.Trial] = true
		}
		if r.Rerun != "" {
			again[r.Trial] = true
		}
	}
	if len(busy)+len(again) == 0 {
		return ""
	}
	return fmt.Sprintf("Trials: %d; made again, for the machine was not quiet: %d; kept though it was not: %d.", len(all), len(again), len(busy))
}

// Missing says what was withheld, failed, or never came up, and why.
func (s Summary) Missing() (notes []Note) {
	for _, row := range slices.Concat(s.Rows, s.Yardsticks()) {
		for _, t := range row.Trouble {
			notes = append(notes, Note{row.Model + ": ", ended(t)})
		}
	}
	for _, absent := range s.Run.Manifest.Absent {
		notes = append(notes, Note{"", ended(absent)})
	}
	return notes
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
