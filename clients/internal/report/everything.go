package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"c10klab/clients/internal/stats"
)

// probes says how the machine changed while the run went on: lowest, median and highest of each reading.
func (s *Summary) probes() Facts {
	f := Facts{Title: "Probes, beside each trial: lowest, median, highest"}
	readings := map[string][]float64{}
	for _, r := range s.Run.Records {
		for _, p := range r.Probes {
			for name, v := range flat("", p) {
				if x, err := strconv.ParseFloat(v, 64); err == nil {
					readings[name] = append(readings[name], x)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(readings)) {
		x := readings[name]
		f.add(label(name), fmt.Sprintf("%s, %s, %s", Number(slices.Min(x)), Number(stats.Median(x)), Number(slices.Max(x))))
	}
	return f
}

// Everything is each field of the manifest by its path, as the run wrote it, so that nothing is left out of a report.
func (s *Summary) Everything() (all []Fact) {
	fields := flat("", s.Run.Manifest)
	for _, path := range slices.SortedFunc(maps.Keys(fields), natural) {
		if fields[path] != "" {
			all = append(all, Fact{path, fields[path]})
		}
	}
	return all
}

// flat takes what is written as JSON apart: a value for each path.
func flat(path string, of any) map[string]string {
	text, err := json.Marshal(of)
	if err != nil {
		return nil
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return nil
	}
	fields := map[string]string{}
	flatten(fields, path, v)
	return fields
}

func flatten(fields map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, part := range v {
			if path != "" {
				name = path + "." + name
			}
			flatten(fields, name, part)
		}
	case []any:
		for i, part := range v {
			flatten(fields, fmt.Sprintf("%s[%d]", path, i), part)
		}
	case float64:
		fields[path] = strconv.FormatFloat(v, 'f', -1, 64)
	case nil:
	default:
		fields[path] = fmt.Sprint(v)
	}
}

// natural puts [2] before [10].
func natural(a, b string) int {
	for a != "" && b != "" {
		m, n := digits(a), digits(b)
		switch {
		case m > 0 && n > 0 && m != n:
			return m - n
		case m > 0 && n > 0 && a[:m] != b[:n]:
			return cmp.Compare(a[:m], b[:n])
		case m > 0 && n > 0:
			a, b = a[m:], b[n:]
		case a[0] != b[0]:
			return int(a[0]) - int(b[0])
		default:
			a, b = a[1:], b[1:]
		}
	}
	return len(a) - len(b)
}

// digits is how many of them stand at the beginning.
func digits(s string) (n int) {
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
