package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"c10klab/clients/internal/result"
)

// Facts are a part of the manifest.
type Facts struct {
	Title string
	Items []Fact
}

// Fact is one thing that a run says of itself.
type Fact struct{ Name, Value string }

// add keeps what is known.
func (f *Facts) add(name, value string) {
	if value != "" {
		f.Items = append(f.Items, Fact{name, value})
	}
}

// Manifest is what the run says about itself, in words.
func (s *Summary) Manifest() []Facts {
	m := s.Run.Manifest
	return []Facts{ran(m, len(s.Run.Records)), machine(m), s.probes(), limits(m), kernel(m)}
}

func ran(m result.Manifest, records int) Facts {
	f := Facts{Title: "Run"}
	f.add("began", moment(m.Started))
	f.add("ended", moment(m.Ended))
	f.add("complete", yes(m.Complete))
	f.add("plan", m.Plan.Name)
	f.add("experiments", strings.Join(m.Plan.Experiments, ", "))
	f.add("rounds of the rank block", strconv.Itoa(m.Plan.Rounds))
	f.add("factor of every window", strconv.FormatFloat(m.Plan.TimeFactor, 'g', -1, 64))
	f.add("seed of the order", strconv.FormatUint(m.Plan.Seed, 10))
	f.add("trials planned", Thousands(len(m.Plan.Order)))
	f.add("cells in the results", Thousands(records))
	f.add("revision of the source", m.Revision)
	f.add("format of the results", "version "+strconv.Itoa(m.Version))
	return f
}

func machine(m result.Manifest) Facts {
	f := Facts{Title: "Machine"}
	f.add("CPU", m.Machine.CPU)
	f.add("CPUs online", m.Machine.CPUs)
	f.add("hyperthreads, core by core", strings.Join(m.Machine.Siblings, "; "))
	f.add("virtual", yes(m.Machine.Hypervisor))
	f.add("memory", m.Machine.Memory)
	f.add("governor", m.Machine.Governor)
	f.add("kernel", m.Machine.Kernel)
	f.add("timer, Hz", m.Machine.HZ)
	f.add("CONFIG_IRQ_TIME_ACCOUNTING", m.Machine.IRQTime)
	f.add("cgroups", m.Machine.Cgroup)
	f.add("Go", m.Machine.Go)
	f.add("Docker engine", m.Machine.DockerEngine)
	f.add("network", m.Network)
	servers := make([]string, len(m.Pinning.Servers))
	for i, cpu := range m.Pinning.Servers {
		servers[i] = strconv.Itoa(cpu)
	}
	f.add("servers' CPUs", strings.Join(servers, ", "))
	f.add("client's CPU", strconv.Itoa(m.Pinning.Client))
	f.add("shared by both", m.Pinning.Shared)
	f.add("client not pinned", m.Pinned)
	return f
}

// limits says once what is the same for many services.
func limits(m result.Manifest) Facts {
	f := Facts{Title: "Limits"}
	var order []string
	services := map[string][]string{}
	for _, p := range m.Services {
		l := p.Limits
		words := fmt.Sprintf("CPU %s, memory %s, with swap %s, %s processes, %s descriptors, backlog %s; from inside: %s",
			l.CPUs, inBytes(float64(l.Memory)), inBytes(float64(l.MemSwap)), Thousands(int(l.PIDs)), Thousands(l.NoFile),
			Thousands(l.Somaxconn), inside(p.Found))
		if len(p.Unheld) > 0 {
			words += "; not in force: " + strings.Join(p.Unheld, ", ")
		}
		if services[words] == nil {
			order = append(order, words)
		}
		services[words] = append(services[words], p.Name)
	}
	for _, words := range order {
		names := strings.Join(services[words], ", ")
		if len(order) == 1 {
			names = "all services"
		}
		f.add(names, words)
	}
	return f
}

func inside(limits map[string]float64) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		value := Thousands(int(limits[name]))
		if strings.HasSuffix(name, "_bytes") {
			value = inBytes(limits[name])
		}
		words = append(words, strings.TrimSuffix(name, "_bytes")+" "+value)
	}
	if len(words) == 0 {
		return "not known"
	}
	return strings.Join(words, ", ")
}

func inBytes(n float64) string {
	if gib := n / (1 << 30); gib >= 1 {
		return strconv.FormatFloat(gib, 'g', 4, 64) + " GiB"
	}
	return strconv.FormatFloat(n/(1<<20), 'g', 4, 64) + " MiB"
}

func kernel(m result.Manifest) Facts {
	f := Facts{Title: "Kernel settings"}
	for _, settings := range []map[string]string{m.Machine.Sysctls, m.Machine.Mitigations} {
		for _, name := range slices.Sorted(maps.Keys(settings)) {
			f.add(name, settings[name])
		}
	}
	return f
}

// Service is one of the run's, with what it passed and was.
type Service struct{ Name, Title, Verified, Sizes, Image, CPUSource string }

// Services are the run's.
func (s *Summary) Services() (list []Service) {
	m := s.Run.Manifest
	for _, p := range m.Services {
		v := fmt.Sprintf("%d passed", p.Verified.Passed)
		if p.Verified.Declared > 0 {
			v += fmt.Sprintf(", %d declared", p.Verified.Declared)
		}
		if n := len(p.Verified.Failed); n > 0 {
			v += fmt.Sprintf(", %d failed", n)
		}
		var sizes []string
		for _, name := range slices.Sorted(maps.Keys(p.Sizes)) {
			sizes = append(sizes, name+" "+p.Sizes[name])
		}
		list = append(list, Service{p.Name, p.Title, v, strings.Join(sizes, ", "), p.Image, p.CPUSource})
	}
	return list
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05") + " UTC"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
