package models

import (
	"strconv"
	"strings"

	"c10klab/services/protocol"
)

// Sizes returns the values of the sizes that decide what a model can do, by
// name: the defaults, and over them what its arguments set, such as "-pool=8"
// or "-pool", "8". A model that has no such parts has none.
func Sizes(name string, args []string) map[string]string {
	m, _ := Find(name)
	if len(m.Sizes) == 0 {
		return nil
	}
	out := map[string]string{}
	for _, size := range m.Sizes {
		out[size] = defaults[size]
		if value, given := argument(args, size); given {
			out[size] = value
		}
	}
	return out
}

// defaults are what the services' flags are when nobody sets them.
var defaults = map[string]string{
	"pool":    strconv.Itoa(protocol.Pool),
	"queue":   strconv.Itoa(protocol.Queue),
	"admit":   "0",
	"poll":    protocol.Poll.String(),
	"workers": "one per CPU",
	"procs":   "one per CPU",
}

// poolSize is the size of the pool that the arguments set.
func poolSize(args []string) int {
	if value, given := argument(args, "pool"); given {
		if n, err := strconv.Atoi(value); err == nil && n > 0 {
			return n
		}
	}
	return protocol.Pool
}

// argument finds the last value of a flag, which may have one dash or two.
func argument(args []string, name string) (value string, given bool) {
	for i, arg := range args {
		flag, v, joined := strings.Cut(arg, "=")
		if strings.TrimPrefix(strings.TrimPrefix(flag, "-"), "-") != name || !strings.HasPrefix(arg, "-") {
			continue
		}
		switch {
		case joined:
			value, given = v, true
		case i+1 < len(args):
			value, given = args[i+1], true
		}
	}
	return value, given
}
