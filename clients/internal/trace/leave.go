package trace

import "strconv"

// leave handles the return from a system call: it is told of if it is one that is shown.
func (t *tracer) leave(th *thread, result int64) {
	c := th.call
	failed := errno(result)
	c.Result = failed
	if failed == "" {
		c.Result = strconv.FormatInt(result, 10)
	}
	defer func() { th.inside, th.seated = false, false }()
	switch th.kind {
	case renames:
		t.look(th)
		return
	case talks:
		if len(c.On) == 0 || failed == "interrupted" || failed == "EINTR" {
			return
		}
		if who := t.accepted(th, result); who != "" {
			c.Result = who + " " + c.Result
		}
	case registers:
		if len(c.On) == 0 {
			return
		}
	case waits:
		if !t.serving(th) {
			return
		}
		if failed == "interrupted" || failed == "EINTR" { // by a signal of the runtime's: as if its time were up
			c.Result = "0"
		}
		t.found(th, &c, int(result))
	case futex:
		if !th.serves || !th.seated { // else it is the runtime's own affair
			return
		}
		c.Result = "0"
	case starts:
		if th.child == 0 { // a thread
			return
		}
		c.Result = "child"
	case becomes:
		if failed != "" || th.pid == t.main {
			return
		}
	case reaps:
		if result <= 0 {
			return
		}
		c.Result = "child"
	default:
		return
	}
	t.note(th, c, th.at)
}

// found says whom a wait has found ready. What has no name is the program's own: the
// descriptor by which its other threads wake it.
func (t *tracer) found(th *thread, c *Call, n int) {
	c.Period = th.ends
	if c.Name == "io_uring_enter" {
		if th.args[1] > 0 {
			c.Op = "submits " + strconv.Itoa(th.args[1])
		} else if n == 0 && th.args[2] > 0 { // it was to wait for so many
			c.Ready = []string{"completions"}
		}
		return
	}
	fds := ready(th.tid, c.Name, th.args, n, th.serves)
	c.Ready = t.names.of(th.pid, fds)
	if len(c.Ready) < len(fds) {
		c.Ready = append(c.Ready, "its own")
	}
}

// accepted is the client whose connection an accept has returned.
func (t *tracer) accepted(th *thread, result int64) string {
	if th.call.Name != "accept" && th.call.Name != "accept4" || result < 0 {
		return ""
	}
	return t.names.name(th.pid, int(result))
}

// serving tells threads whose waits for descriptors are shown from the runtime's own
// poller, which a Go program may have for its timers. A thread that the model has not named
// serves if it asks about the listener, or if the model leaves all waiting to the runtime.
func (t *tracer) serving(th *thread) bool {
	return th.serves || t.nameless || len(th.call.On) > 0
}

// idle reports whether a wait has come to nothing: the thread asks again.
func idle(c Call) bool {
	switch kinds[c.Name] {
	case waits:
		return c.Result == "0" && len(c.Ready) == 0 || c.Result == "ETIME"
	case talks:
		return c.Result == "EAGAIN"
	}
	return false
}
