package session

// echo sends back what it receives.
type echo struct{}

func (echo) start(*Session) {}

// step hands the memory over as it is where nothing is owed: the bytes are copied
// once, on their way in.
func (echo) step(s *Session) bool {
	if s.out.len() == 0 {
		s.in, s.out = s.out, s.in
		return true
	}
	s.out.write(s.in.bytes())
	s.in.release()
	return true
}

func (echo) end(*Session) {}
