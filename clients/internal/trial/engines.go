package trial

import "c10klab/clients/internal/engine"

// engines are those that a trial's experiments asked for, by name.
type engines struct {
	cpu  int // the client's; -1: not pinned
	made map[string]*engine.Engine
}

// Engine returns the engine of that name, and makes it if there is none yet.
func (e *engines) Engine(name string, options engine.Options) (*engine.Engine, error) {
	if made, ok := e.made[name]; ok {
		return made, nil
	}
	options.CPU = e.cpu
	made, err := engine.New(options)
	if err != nil {
		return nil, err
	}
	if e.made == nil {
		e.made = map[string]*engine.Engine{}
	}
	e.made[name] = made
	return made, nil
}

func (e *engines) close() {
	for _, made := range e.made {
		made.Close()
	}
	e.made = nil
}
