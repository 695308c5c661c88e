package finding

// all are the exercises, by their numbers. Their servers are in variants/, what mends each in testdata/.
var all = []Exercise{
	{
		Number: 31, Name: "short-write",
		Title:   "Bytes that nobody receives",
		Symptom: "Clients on slow lines complain: in what they get back, pieces are missing. Nobody else has ever seen that, and on the developer's machine every test passes.",
		Cases:   []string{"echo/never-reads"},
		Why:     "write(2) may take fewer bytes than it is given, and says how many. What is dropped is what did not fit into the socket's buffer, which happens to whoever reads slowly.",
		Hints: [Hints]string{
			"A client that reads at once never fills its socket's buffer. Which case has one that doesn't read?",
			"Look at every system call's result: what does each say that the program doesn't use as it should?",
			"send: the kernel says that it took n bytes. What becomes of those after the n-th?",
		},
	},
	{
		Number: 32, Name: "fair-turns",
		Title:   "Long messages stop in the middle",
		Symptom: "A message of some kilobytes comes back; of a longer one only the beginning does. The rest comes when the client sends one byte more.",
		Cases:   []string{"echo/sizes", "echo/megabyte", "echo/half-close-owed", "echo/never-reads", "echo/slow-clients"},
		Why:     "An edge-triggered set tells of a change once. Whoever stops reading before EAGAIN, to be fair or to be done, must come back by itself: nobody will tell it that something is still there.",
		Hints: [Hints]string{
			"From which length on does it happen? echo/sizes tries the lengths around every usual buffer.",
			"What does the kernel tell a program that uses EPOLLET, and when does it tell it again?",
			"serve: how many bytes can it read for one event, and who sees to those that are left?",
		},
	},
	{
		Number: 33, Name: "half-close",
		Title:   "The end comes too early",
		Symptom: "Programs that send a file, say that this was all, and then read what comes back lose the end of it. Programs that keep their connection open lose nothing.",
		Cases:   []string{"echo/half-close-owed"},
		Why:     "An end of file says that the client sends no more. It says nothing of what it still wants to receive: a connection has two directions, and each has its own end.",
		Hints: [Hints]string{
			"Which cases send an end of file before they have received everything?",
			"What does a read of no bytes mean, and what does it not mean?",
			"receive: what becomes of c.owed when the end of file comes?",
		},
	},
	{
		Number: 34, Name: "first-byte",
		Title:   "One who says nothing",
		Symptom: "There are 256 threads, and hardly any has something to do. Yet at times nobody new is served for minutes, until somebody hangs up.",
		Cases:   []string{"echo/two-clients", "echo/slow-clients"},
		Why:     "The thread that accepts waits for one client's first byte, and everybody behind that client waits with it. Who accepts may wait for nothing but the next client, and for room in the queue.",
		Hints: [Hints]string{
			"What do the threads wait in while nobody new is served? The pool's wait for work; and the one that accepts?",
			"Two clients connect; the second one speaks first. Which call does the first one hold up?",
			"main: which of the calls between accept and the queue can wait for a client?",
		},
	},
	{
		Number: 35, Name: "one-error",
		Title:   "It is gone in the morning",
		Symptom: "The server runs for hours or days. Then it is gone; the last line of its log says: connection reset by peer.",
		Cases:   []string{"echo/connect-and-leave", "echo/reset-when-idle", "echo/reset-while-writing", "echo/close-with-bytes-owed", "echo/come-and-go"},
		Why:     "One client's error is that client's end, and nobody else's. Here it is passed up, as errors should be, until it ends the loop that serves everybody.",
		Hints: [Hints]string{
			"How do clients leave? Not all of them say goodbye.",
			"Follow an error of read from where it comes up to where it ends the program.",
			"turn: whom does an error of serve concern, and whom does it end?",
		},
	},
}
