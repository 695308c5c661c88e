package session

import "c10klab/services/protocol"

// choose answers one line of the telephone menu.
func choose(s *Session, line []byte) {
	switch choice := string(line); {
	case choice == "0":
		s.say(protocol.MenuAgent)
	case isService(choice):
		s.say(protocol.MenuBusy(choice))
	case choice == "exit":
		s.say(protocol.MenuGoodbye)
		s.close()
	default:
		s.say(protocol.MenuAgain)
	}
}

// isService reports whether choice is "1" and three digits.
func isService(choice string) bool {
	if len(choice) != 4 || choice[0] != '1' {
		return false
	}
	for _, c := range choice[1:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
