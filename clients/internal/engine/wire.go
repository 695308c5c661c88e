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
//	slice DISCARD MEASURE  ok NAME=VALUE ...     both in microseconds
//	close                  ok                    closes the group; another may be dialled
//
// End of file ends the worker. The values of a slice are requests, total, ns,
// cpu (ns), answering, the kinds of errors, and optionally latency (an HDR
// histogram, V2 compressed, base64) and first (quoted, last in the line).
// tests/yardstick/client.c speaks the same.

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
	if s.Latency != nil {
		packed, err := s.Latency.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		if err != nil {
			return "", fmt.Errorf("encode the histogram: %w", err)
		}
		fmt.Fprintf(&b, " latency=%s", packed)
	}
	if s.Errors.First != "" {
		fmt.Fprintf(&b, " first=%q", s.Errors.First)
	}
	return b.String(), nil
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
	return s, nil
}

func (s *Slice) set(name, value string) (err error) {
	switch name {
	case "first":
		s.Errors.First, err = strconv.Unquote(value)
		return err
	case "latency":
		s.Latency, err = hdrhistogram.Decode([]byte(value))
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
		for _, k := range s.Errors.kinds() {
			if k.name == name {
				*k.n = int(n)
				return nil
			}
		}
		return fmt.Errorf("no such value")
	}
	return nil
}

// args are the options as a worker's command line.
func (o *Options) args() []string {
	args := []string{
		"-cpu", strconv.Itoa(o.CPU), "-pipeline", strconv.Itoa(o.Pipeline),
		"-timeout", strconv.FormatInt(o.Timeout.Milliseconds(), 10),
	}
	if o.Traffic.http() {
		args = append(args, "-host", o.Traffic.host, "-path", o.Traffic.path)
	} else {
		args = append(args, "-bytes", strconv.Itoa(o.Traffic.bytes))
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
