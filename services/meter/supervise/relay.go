package supervise

import (
	"bytes"
	"io"
	"strings"
	"sync/atomic"
)

// Bounds of a log line.
const (
	maxLine = 16 << 10 // bytes passed on as one line; a longer one is split
	maxKept = 512      // bytes kept of the last line
)

// relay passes on what a service writes, whole lines at a time, so that lines
// of the meter and of both streams do not mix, and keeps the last one.
type relay struct {
	last atomic.Pointer[string]
	line func() // called after each piece that was passed on
}

// copy returns at the end of src. A dst that fails is given up, but src is read on: a service must not block on its log.
func (r *relay) copy(dst io.Writer, src io.Reader) {
	buf := make([]byte, maxLine)
	held := 0 // bytes of a line whose end has not come yet
	for {
		n, err := src.Read(buf[held : maxLine-1])
		held += n
		whole := bytes.LastIndexByte(buf[:held], '\n') + 1
		if whole < held && (err != nil || whole == 0 && held == maxLine-1) {
			buf[held] = '\n' // end the line: it is too long, or nothing follows
			held++
			whole = held
		}
		if whole > 0 {
			r.keep(buf[:whole])
			if dst != nil {
				if _, failed := dst.Write(buf[:whole]); failed != nil {
					dst = nil
				}
			}
			held = copy(buf, buf[whole:held])
			r.line()
		}
		if err != nil {
			return
		}
	}
}

// keep remembers the last line that is not empty.
func (r *relay) keep(lines []byte) {
	lines = bytes.TrimRight(lines, "\r\n \t")
	lines = lines[bytes.LastIndexByte(lines, '\n')+1:]
	if len(lines) == 0 {
		return
	}
	s := strings.ToValidUTF8(string(lines[:min(len(lines), maxKept)]), "?")
	r.last.Store(&s)
}

// lastLine is the last line that was passed on, without its end; "" if there was none.
func (r *relay) lastLine() string {
	if s := r.last.Load(); s != nil {
		return *s
	}
	return ""
}
