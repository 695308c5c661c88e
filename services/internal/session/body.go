package session

import "c10klab/services/protocol"

// maxChunkLine is the most bytes of a line with a chunk's size and extensions, its
// end included.
const maxChunkLine = 1024

// readBody reads a body whose length the head told.
func (r *request) readBody(in []byte) int {
	n := r.keep(in)
	if r.left == 0 {
		r.phase = nil
	}
	return n
}

// readChunk reads the line before a chunk: its size, and extensions to ignore. Here
// the end is "\r\n" alone: RFC 9112 permits a bare "\n" only in the head and trailers.
func (r *request) readChunk(in []byte) int {
	line, used, over := r.line(in, maxChunkLine)
	switch {
	case over:
		return r.fail(400, "chunk line longer than 1024 bytes")
	case used == 0:
		return 0
	}
	size, ok := parseChunk(line, protocol.MaxBody)
	if !ok {
		return r.fail(400, "malformed chunk")
	}
	if r.total += size; r.total > protocol.MaxBody {
		return r.fail(413, "more than 65536 bytes of body")
	}
	r.left, r.phase = size, (*request).readChunkData
	if size == 0 {
		r.section, r.phase = 0, (*request).readTrailer
	}
	return used
}

func (r *request) readChunkData(in []byte) int {
	n := r.keep(in)
	if r.left == 0 {
		r.phase = (*request).readChunkEnd
	}
	return n
}

func (r *request) readChunkEnd(in []byte) int {
	const end = "\r\n"
	n := min(len(in), len(end))
	switch {
	case string(in[:n]) != end[:n]:
		return r.fail(400, "chunk longer than its size")
	case n < len(end):
		return 0
	}
	r.phase = (*request).readChunk
	return n
}

// readTrailer checks the fields after the last chunk and ignores them.
func (r *request) readTrailer(in []byte) int {
	line, used := r.sectionLine(in)
	switch {
	case used == 0:
		return 0
	case len(line) == 0:
		r.phase = nil
	default:
		if _, _, ok := cutField(line); !ok {
			return r.fail(400, "malformed trailer field")
		}
	}
	return used
}

// keep takes what in has of the body, and stores it if the page wants it.
func (r *request) keep(in []byte) int {
	n := min(len(in), r.left)
	r.left -= n
	if n > 0 && r.method == post && r.route == params && r.form {
		r.body.write(in[:n])
	}
	return n
}
