package compare

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"c10klab/clients/internal/result"
)

// Difference is one of the runs' conditions that is not the same in both.
type Difference struct {
	What string `json:"what"`
	A    string `json:"a"` // empty: not there, or not known
	B    string `json:"b"`
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %s in A, %s in B", d.What, or(d.A, "nothing"), or(d.B, "nothing"))
}

// expected are facts that no two runs share, or that follow from others.
var expected = []string{
	"started", "ended", "plan.seed", "plan.order", "plan.estimate_s", "machine.cpu_ticks", "verified", "title", "family",
}

// plain are words for facts whose names in the manifest are none.
var plain = map[string]string{
	"machine.kernel": "kernel", "machine.cpu": "CPU", "machine.irq_time_accounting": "CONFIG_IRQ_TIME_ACCOUNTING",
	"machine.hz": "timer, Hz", "network": "network", "pinning.client": "client's CPU", "pinning.servers": "servers' CPUs",
	"plan.name": "plan", "plan.rounds": "rounds", "plan.time_factor": "factor of every window", "revision": "revision of the source",
	"version": "version of the results", "complete": "complete",
}

// differences compares all that the manifests say, whatever it is, so that what is recorded tomorrow is compared, too.
func differences(a, b result.Manifest) (list []Difference) {
	one, two := facts(a), facts(b)
	for _, name := range keys(one.run, two.run) {
		if x, y := one.run[name], two.run[name]; x != y {
			list = append(list, Difference{wording(name), x, y})
		}
	}
	type change struct{ name, a, b string }
	services := map[change][]string{}
	var order []change
	for _, service := range keys(one.services, two.services) {
		x, y := one.services[service], two.services[service]
		if x == nil || y == nil {
			list = append(list, Difference{"service " + service, present(x), present(y)})
			continue
		}
		for _, name := range keys(x, y) {
			if c := (change{name, x[name], y[name]}); c.a != c.b {
				if services[c] == nil {
					order = append(order, c)
				}
				services[c] = append(services[c], service)
			}
		}
	}
	for _, c := range order {
		list = append(list, Difference{wording(c.name) + " of " + strings.Join(services[c], ", "), c.a, c.b})
	}
	return list
}

func present(facts map[string]string) string {
	if facts == nil {
		return ""
	}
	return "present"
}

// told is a manifest as names and words.
type told struct {
	run      map[string]string
	services map[string]map[string]string
}

func facts(m result.Manifest) told {
	t := told{map[string]string{}, map[string]map[string]string{}}
	for _, p := range m.Services {
		t.services[p.Name] = map[string]string{}
		flatten("", asMap(p), t.services[p.Name])
	}
	m.Services = nil
	flatten("", asMap(m), t.run)
	delete(t.run, "services")
	return t
}

func asMap(v any) (fields map[string]any) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if err != nil { // it was read from JSON a moment ago
		panic(fmt.Sprintf("a manifest that is not JSON: %v", err))
	}
	return fields
}

// flatten gives each leaf its path. A list is one leaf: its order counts.
func flatten(path string, value any, into map[string]string) {
	if slices.Contains(expected, path) {
		return
	}
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if path != "" {
				name = path + "." + name
			}
			flatten(name, inner, into)
		}
	case []any:
		words := make([]string, len(v))
		for i, each := range v {
			words[i] = fmt.Sprint(each)
		}
		into[path] = strings.Join(words, ", ")
	case nil:
	default:
		into[path] = fmt.Sprint(v)
	}
}

// wording is a fact's name for people.
func wording(name string) string {
	if words, ok := plain[name]; ok {
		return words
	}
	for _, group := range []string{"machine.sysctls.", "machine.mitigations.", "machine."} {
		if rest, ok := strings.CutPrefix(name, group); ok {
			return strings.ReplaceAll(rest, "_", " ")
		}
	}
	return strings.NewReplacer(".", " ", "_", " ").Replace(name)
}

func keys[V any](a, b map[string]V) []string {
	all := slices.Collect(maps.Keys(a))
	all = slices.AppendSeq(all, maps.Keys(b))
	slices.Sort(all)
	return slices.Compact(all)
}
