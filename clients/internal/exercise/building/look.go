package building

import (
	"fmt"
	"slices"
	"time"

	"c10klab/clients/internal/models"
	"c10klab/services/meter/proc"
	"c10klab/services/meter/waits"
	"c10klab/services/protocol"
)

const procFS = proc.FS("/proc")

// family is the process and its descendants.
func (p *process) family() []proc.Process {
	own, err := procFS.Process(p.PID())
	if err != nil {
		return nil
	}
	children, _ := procFS.Descendants(p.PID())
	return append([]proc.Process{own}, children...)
}

// waits is what the server's threads sit in.
func (p *process) waits() (protocol.Waits, error) { return waits.Count(procFS, p.family()) }

// waitsIn is what the serving threads sit in, in words.
func (p *process) waitsIn() string {
	w, err := p.waits()
	if err != nil {
		return "what can't be seen: " + err.Error()
	}
	return models.Found(w)
}

// threads says of each thread that serves what it sits in at this moment. Where none is named so, that is every thread.
func (p *process) threads() (lines []string) {
	others := 0
	for _, member := range p.family() {
		threads, err := procFS.Threads(member.PID)
		if err != nil {
			continue
		}
		serves := func(t proc.Thread) bool { return t.Name == protocol.ServingThread }
		named := slices.ContainsFunc(threads, serves)
		for _, t := range threads {
			if named && !serves(t) {
				others++
				continue
			}
			lines = append(lines, fmt.Sprintf("process %d, thread %d (%s): %s", member.PID, t.TID, t.Name, t.Call))
		}
	}
	if others > 0 {
		lines = append(lines, fmt.Sprintf("and %d threads of the language's runtime", others))
	}
	return lines
}

// cpu is the CPU time that the server used so far, its children's included.
func (p *process) cpu() (total time.Duration, err error) {
	for _, member := range p.family() {
		d, err := proc.CPUClock(member.PID)
		if err != nil {
			return 0, err
		}
		total += d
	}
	return total, nil
}

// resident is the server's memory in bytes.
func (p *process) resident() (total uint64) {
	for _, member := range p.family() {
		if n, _, err := procFS.Resident(member.PID); err == nil {
			total += n
		}
	}
	return total
}
