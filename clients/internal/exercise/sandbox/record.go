package sandbox

import "sync"

// record keeps what a program writes, up to a bound; the rest is thrown away, and full is closed at its first byte.
type record struct {
	mu   sync.Mutex
	left int64
	full chan struct{}
	once sync.Once

	out, errs stream
}

// stream is one of the two that a program writes to.
type stream struct {
	of   *record
	text []byte
}

func newRecord(most int64) *record {
	r := &record{left: most, full: make(chan struct{})}
	r.out.of, r.errs.of = r, r
	return r
}

// Write never fails: who stops reading would have the engine keep the rest.
func (s *stream) Write(p []byte) (int, error) {
	r := s.of
	r.mu.Lock()
	defer r.mu.Unlock()
	keep := min(int64(len(p)), r.left)
	s.text = append(s.text, p[:keep]...)
	r.left -= keep
	if keep < int64(len(p)) {
		r.once.Do(func() { close(r.full) })
	}
	return len(p), nil
}

// into hands over what was kept.
func (r *record) into(out *Output) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out.Stdout, out.Stderr = r.out.text, r.errs.text
}

// overran says whether anything was thrown away.
func (r *record) overran() bool {
	select {
	case <-r.full:
		return true
	default:
		return false
	}
}
