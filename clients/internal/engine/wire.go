package engine

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The worker protocol: one line a request, one line an answer, on the worker's
// standard input and output. An answer begins with "ok", or with "error" and
// the reason; an unknown request is an error.
//
//	hello                  ok                    it is ready to work
//	dial HOST:PORT N       ok                    opens the worker's group
//	check MS               ok ANSWERED           calls the roll
//	arrive ARRIVALS        ok                    as Arrivals.String writes them, for the slices from now on
//	spin NS                ok                    as Group.Spin, for the slices from now on
//	slice DISCARD MEASURE  ok NAME=VALUE ...     both in microseconds
//	close                  ok                    closes the group; another may be dialled
//
// End of file ends the worker. The values of a slice are requests, total, ns,
// cpu (ns), answering, the kinds of errors, and optionally wall, longest and overhang (ns), lost,
// planned, sent, unanswered, thinking (ns), parts (of the measured part, REPLIES:NS,...), each (connection's
// replies: varints, base64), latency, service and lateness (HDR histograms, V2
// compressed, base64; service only where it is not the same as latency) and
// first (quoted, last in the line). tests/yardstick/client.c speaks the same, but
// for arrive and spin: it knows the closed loop alone, as fast as it goes.

// encode is the slice as a line without "ok".
func (s *Slice) encode() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "requests=%d total=%d ns=%d cpu=%d answering=%d", s.Requests, s.Total,
		time.Duration(s.Seconds*float64(time.Second)+0.5), s.ClientCPU, s.Answering)
	for _, k := range s.Errors.kinds() {
		if *k.n > 0 {
			fmt.Fprintf(&b, " %s=%d", k.name, *k.n)
		}
	}
	for _, n := range s.counts() {
		if *n.n > 0 {
			fmt.Fprintf(&b, " %s=%d", n.name, *n.n)
		}
	}
	for _, d := range s.times() {
		if *d.d > 0 {
			fmt.Fprintf(&b, " %s=%d", d.name, *d.d)
		}
	}
	if s.Overhang != 0 {
		fmt.Fprintf(&b, " overhang=%d", s.Overhang)
	}
	if len(s.Parts) > 0 {
		fmt.Fprintf(&b, " parts=%s", encodeParts(s.Parts))
	}
	if len(s.Each) > 0 {
		fmt.Fprintf(&b, " each=%s", encodeEach(s.Each))
	}
	for name, h := range s.histograms() {
		if *h == nil || name == "service" && *h == s.Latency {
			continue
		}
		packed, err := (*h).Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		if err != nil {
			return "", fmt.Errorf("encode the histogram: %w", err)
		}
		fmt.Fprintf(&b, " %s=%s", name, packed)
	}
	if s.Errors.First != "" {
		fmt.Fprintf(&b, " first=%q", s.Errors.First)
	}
	return b.String(), nil
}

// histograms lists them by name.
func (s *Slice) histograms() map[string]**hdrhistogram.Histogram {
	return map[string]**hdrhistogram.Histogram{"latency": &s.Latency, "service": &s.Service, "lateness": &s.Lateness}
}

type count struct {
	name string
	n    *uint64
}

// counts lists those that are left out where they are zero.
func (s *Slice) counts() []count {
	return []count{{"planned", &s.Planned}, {"sent", &s.Sent}, {"unanswered", &s.Unanswered}, {"lost", &s.Lost}}
}

type duration struct {
	name string
	d    *time.Duration
}

// times lists the times that are left out where they are zero.
func (s *Slice) times() []duration {
	return []duration{{"thinking", &s.Thinking}, {"wall", &s.Wall}, {"longest", &s.Longest}}
}

// decodeSlice is the inverse of encode.
func decodeSlice(line string) (Slice, error) {
	var s Slice
	for line != "" {
		var field string
		if strings.HasPrefix(line, "first=") {
			field, line = line, ""
		} else {
			field, line, _ = strings.Cut(line, " ")
		}
		name, value, _ := strings.Cut(field, "=")
		if err := s.set(name, value); err != nil {
			return s, fmt.Errorf("a worker's answer: %s: %w", name, err)
		}
	}
	if s.Service == nil {
		s.Service = s.Latency
	}
	return s, nil
}

func (s *Slice) set(name, value string) (err error) {
	switch name {
	case "first":
		s.Errors.First, err = strconv.Unquote(value)
		return err
	case "parts":
		s.Parts, err = decodeParts(value)
		return err
	case "overhang":
		ns, err := strconv.ParseInt(value, 10, 64)
		s.Overhang = time.Duration(ns)
		return err
	case "each":
		s.Each, err = decodeEach(value)
		return err
	}
	if h := s.histograms()[name]; h != nil {
		*h, err = hdrhistogram.Decode([]byte(value))
		return err
	}
	n, err := strconv.ParseUint(value, 10, 63)
	if err != nil {
		return err
	}
	switch name {
	case "requests":
		s.Requests = n
	case "total":
		s.Total = n
	case "ns":
		s.Seconds = time.Duration(n).Seconds()
	case "cpu":
		s.ClientCPU = time.Duration(n)
	case "answering":
		s.Answering = int(n)
	default:
		return s.setListed(name, n)
	}
	return nil
}

// setListed sets one of the values that are listed by name.
func (s *Slice) setListed(name string, n uint64) error {
	for _, k := range s.counts() {
		if k.name == name {
			*k.n = n
			return nil
		}
	}
	for _, d := range s.times() {
		if d.name == name {
			*d.d = time.Duration(n)
			return nil
		}
	}
	for _, k := range s.Errors.kinds() {
		if k.name == name {
			*k.n = int(n)
			return nil
		}
	}
	return fmt.Errorf("no such value")
}

// args are the options as a worker's command line.
func (o *Options) args() []string {
	args := []string{
		"-cpu", strconv.Itoa(o.CPU), "-pipeline", strconv.Itoa(o.Pipeline),
		"-timeout", strconv.FormatInt(o.Timeout.Milliseconds(), 10),
	}
	args = append(args, o.Traffic.args()...)
	if o.Arrivals != Closed() {
		args = append(args, "-arrivals", o.Arrivals.String())
	}
	if o.Partial {
		args = append(args, "-partial", "1")
	}
	for _, s := range o.Sources {
		args = append(args, "-source", s.String())
	}
	return args
}

// parseArgs is the inverse of args.
func parseArgs(args []string) (Options, error) {
	o := Options{CPU: -1}
	for ; len(args) >= 2; args = args[2:] {
		name, value := args[0], args[1]
		n, err := strconv.Atoi(value)
		switch name {
		case "-cpu":
			o.CPU = n
		case "-pipeline":
			o.Pipeline = n
		case "-timeout":
			o.Timeout = time.Duration(n) * time.Millisecond
		case "-bytes":
			o.Traffic = Echo(n)
		case "-partial":
			o.Partial = n == 1
		case "-host":
			o.Traffic, err = Get(value, o.Traffic.path), nil
		case "-path":
			o.Traffic, err = Get(o.Traffic.host, value), nil
		case "-once":
			o.Traffic = GetOnce(o.Traffic.host, o.Traffic.path)
		case "-work":
			o.Traffic = Work(n)
		case "-workmean":
			o.Traffic = WorkExponential(n)
		case "-wait":
			o.Traffic = Wait(n)
		case "-arrivals":
			o.Arrivals, err = ParseArrivals(value)
		case "-source":
			var a netip.Addr
			a, err = netip.ParseAddr(value)
			o.Sources = append(o.Sources, a)
		default:
			err = fmt.Errorf("no such option")
		}
		if err != nil {
			return o, fmt.Errorf("worker: %s %s: %w", name, value, err)
		}
	}
	return o, nil
}
