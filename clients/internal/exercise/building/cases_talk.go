package building

// talkCases are what one client at a time may ask for.
func talkCases() []Case {
	return []Case{
		{Name: "answers", Title: "each message gets its answer, before the next is sent", Points: 2, run: func(p *play) {
			c := p.dial()
			for _, n := range []int{5, 1, 0, 40, p.spec.Longest} {
				c.ask(p.word(n))
			}
			c.end()
		}},
		{Name: "bytewise", Title: "a message may come one byte at a time", Points: 2, run: func(p *play) {
			c := p.dial()
			ask, want := p.words(60, 4, 12)
			for i := range ask {
				c.send(ask[i : i+1])
			}
			c.expectAfter(ask, want)
			c.end()
		}},
		{Name: "pipelined", Title: "500 messages sent at once are answered in order", Points: 2, run: func(p *play) {
			c := p.dial()
			var ask, want []byte
			for range 500 {
				a, w := p.words(1, 3, 30)
				ask, want = append(ask, a...), append(want, w...)
			}
			c.send(ask)
			c.expect(want)
			c.end()
		}},
		{Name: "half-close", Title: "who has sent the end of file still gets all that it is owed, then the end", Points: 3, run: halfClose},
		{Name: "megabyte", Title: "one megabyte in one write is answered whole", Points: 2, run: func(p *play) {
			c := p.dial()
			ask, want := p.words(1<<20, 4, p.spec.Longest)
			finish := c.sendBeside(ask, false)
			c.expectAfter(ask, want)
			finish()
			c.end()
		}},
		{Name: "too-long", Title: "a message that is too long gets the error, then the end; others go on", Points: 1, run: func(p *play) {
			other := p.dial()
			other.ask(p.word(8))
			c := p.dial()
			c.ask(p.word(p.spec.Longest))
			ask, want := p.tooLong()
			c.send(ask)
			c.expect(want)
			c.expectEnd()
			other.ask(p.word(8))
			other.end()
		}},
		{Name: "never-reads", Title: "who never reads is no longer read from, costs little memory, and harms nobody", Points: 3, run: neverReads},
	}
}

// Bounds of never-reads. Sockets of both sides hold some megabytes beside what the server may owe.
const (
	mostPushed = 32 << 20
	mostMemory = 12 << 20
)

// neverReads pushes until nothing moves any more. Messages of four bytes, for their answers have four under every rule. All that left must
// come back in the end.
func neverReads(p *play) {
	c := p.dialNarrow()
	block, answers := p.words(64<<10, 4, 4)
	before := p.server.resident()
	pushed := c.push(block, mostPushed, stuck)
	if pushed >= mostPushed {
		c.fail("it pushed %d MiB without reading a byte, and the server went on taking it: it must not read from who is owed %d bytes or more",
			mostPushed>>20, p.spec.OweAtMost)
	}
	if grown := int64(p.server.resident()) - int64(before); grown > mostMemory {
		c.fail("it has read nothing, and the server's memory grew by %d KiB: it may owe %d KiB and what one more receive asks for",
			grown>>10, p.spec.OweAtMost>>10)
	}
	other := p.dial()
	other.ask(p.word(8))
	other.end()
	finish := c.sendBeside(block[pushed%len(block):], false) // the rest of the block that is under way
	for range pushed/len(block) + 1 {
		c.expectAfter(block, answers)
	}
	finish()
	c.end()
}

// halfClose has clients ask for more and more, send the end of file, and only then read. Some of that the kernel holds, and how much is its
// own affair; but the steps are smaller than what a server may owe, so at one of them it sees the end while it owes bytes itself.
func halfClose(p *play) {
	const least, most = 16 << 10, 384 << 10
	ask, want := p.words(most, 4, 4) // messages and answers are of one length
	each := len(p.spec.Frame(make([]byte, 4)))
	for owed := least; owed <= most; owed += p.spec.OweAtMost / 2 {
		n := owed / each * each
		c := p.dialNarrow()
		finish := c.sendBeside(ask[:n], true)
		p.pause(quiet)
		c.expectAfter(ask[:n], want[:n])
		c.expectEnd()
		finish()
		c.leave()
	}
}
