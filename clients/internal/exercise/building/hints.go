package building

// Hints are three steps towards a case, from a nudge to nearly the answer; empty ones where the exercise has no case of that name.
func (e Exercise) Hints(name string) [3]string {
	if _, ok := e.find(name); !ok {
		return [3]string{}
	}
	if h, ok := ofPool[name]; ok && e.pooled {
		return h
	}
	if h, ok := ofSelect[name]; ok && e.bits {
		return h
	}
	return ofLoop[name]
}

var ofLoop = map[string][3]string{
	"answers": {
		"Play it by hand: does the server see the client at all?",
		"A client that was accepted must be waited for, too, and what hear returns must be sent.",
		"accept, then ask about reading from the new descriptor; receive, hear, append to what is owed, send, keep what send left.",
	},
	"bytewise": {
		"A receive knows nothing of messages.",
		"One talk for each client keeps what is not whole yet; a new one for each receive forgets it.",
		"The talk belongs into the client, and the client into a table by descriptor.",
	},
	"pipelined": {
		"Many answers come of one receive. Are all of them kept?",
		"send takes less than it is given when the kernel has no room.",
		"After send returned n, what is owed is out[n:], and not nothing.",
	},
	"half-close": {
		"receive has said that the client's last byte has come. Does that mean that nothing is owed?",
		"Two things end a conversation together: no more is to come, and nothing is owed.",
		"At the end of file set a mark; close where the mark is set and out is empty, after each send.",
	},
	"megabyte": {
		"Neither side can take a megabyte at once: who waits for whom?",
		"While you owe much you don't read; when room returns you send, and then you must read again.",
		"After each send decide anew what is waited for: reading if less than the bound is owed, room if anything is.",
	},
	"too-long": {
		"hear says two things.",
		"When it says over, the answers that came with it are still owed.",
		"Treat over as you treat the end of file: send what is owed, then close; receive no more.",
	},
	"never-reads": {
		"What does the server keep for somebody who asks and never reads?",
		"Count what is owed, and don't read from who is owed too much.",
		"Ask about reading only while what is owed is below the bound; the client then waits in its own send.",
	},
	"connect-and-leave": {
		"A client may leave in two ways. What does receive return in each?",
		"An error ends that conversation, as the end of file does: its descriptor must be closed.",
		"On any error but errAgain (AGAIN): out of the table, out of what is waited for, and close.",
	},
	"reset-while-owed": {
		"send can fail, too.",
		"A connection that was reset makes send return an error: that is the end of one conversation, not of the server.",
		"On any error of send but errAgain (AGAIN) close that client, and go on with the next one.",
	},
	"crowd": {
		"200 come at once: how often is the loop told?",
		"One event at the listener may mean many clients.",
		"Accept until errAgain (AGAIN), not once.",
	},
	"limit": {
		"accept says that no descriptor is left. Is the client gone then?",
		"It stays in the backlog, so the listener stays ready, and a level-triggered wait returns at once.",
		"Stop waiting for the listener, and wait for it again when a client is closed.",
	},
	"rests": {
		"Something is ready all the time. Who?",
		"Nearly every socket has room to send; who isn't read from stays readable.",
		"Ask about room only while something is owed, and about reading only while you would read.",
	},
	"waits": {
		"In which call should a loop be when nobody says anything?",
		"A loop that sleeps, or asks with a time-out of 0, waits elsewhere.",
		"Wait without a time-out in the one call of this exercise: everything that can happen is a descriptor in it.",
	},
	"stops": {
		"How does the loop learn of SIGTERM?",
		"stop is a descriptor that becomes readable.",
		"Wait for it like for the others, and return when it is ready.",
	},
	"turns": {
		"Who is resumed after somebody has yielded turn?",
		"One that is resumed at once gives nobody a turn: ask epoll first.",
		"Put it into a list; ask epoll without waiting; resume those whom it names, then those of the list.",
	},
	"cost": {
		"Which of your calls is made for each request, and need not be?",
		"Tell the kernel only of what has changed, send at once what can be sent, and copy nothing twice.",
		"Remember what you last asked for each client; look only at those who are ready; keep buffers.",
	},
}

var ofSelect = map[string][3]string{
	"limit": {
		"Which number will the next client's descriptor have?",
		"One from 1,024 on has no bit. It must not be accepted, so the listener stays ready.",
		"Before each accept ask lowestFree (lowest_free); if that is too high, take the listener out of the set until a client is closed.",
	},
}

var ofPool = map[string][3]string{
	"answers": {
		"Does anybody take the connection out of the queue?",
		"A worker is a loop: take, converse, hangUp.",
		"startThread(func() { for { fd := q.take(); converse(fd); hangUp(fd) } }), Workers times, before the first accept.",
	},
	"connect-and-leave": {
		"converse leaves something to you.",
		"Whoever is served, or turned away, has a descriptor.",
		"hangUp after converse, and after a put that said no.",
	},
	"workers": {
		"How many threads were started?",
		"A thread that holds the lock while it converses keeps all others waiting.",
		"take unlocks before it returns; converse runs without the lock.",
	},
	"queue": {
		"In which order do they leave the queue?",
		"put adds at the end, take takes from the front.",
		"fd := q.waiting[0]; q.waiting = q.waiting[1:]; and signal the condition at each put.",
	},
	"limit": {
		"Who waits in the queue while a worker is free?",
		"QueueSize may wait beside those who are served: a connection that a free worker is about to take doesn't count.",
		"Count the workers in take; put says no when the queue holds QueueSize and as many more as there are free workers.",
	},
	"rests": {
		"What does a worker do while the queue is empty?",
		"Asking again and again takes a CPU. A condition is what one sleeps on.",
		"for len(q.waiting) == 0 { q.filled.Wait() }, under the lock.",
	},
	"waits": {
		"A free worker should sleep, and one that serves sit in read(2).",
		"Threads that serve are those that startThread made, each for itself.",
		"All Workers are started at once; take waits on a sync.Cond; nobody polls.",
	},
	"stops": {
		"What does accept return after SIGTERM?",
		"errStopped is no error of the server's.",
		"if err == errStopped { return nil }: the program's end closes all connections.",
	},
}
