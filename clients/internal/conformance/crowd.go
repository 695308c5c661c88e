package conformance

import (
	"bufio"
	"fmt"
	"strings"
	"sync"

	"c10klab/services/protocol"
)

// crowdCases bring many clients at the same time, and one of each application.
func crowdCases() []Case {
	return cases(protocol.Echo,
		Case{Name: "arrive-together", Title: "all of 200 clients that connect at the same instant are served", run: arriveTogether},
		Case{Name: "come-and-go", Title: "clients that come while others leave in every way get their own bytes", run: comeAndGo},
		Case{Name: "slow-clients", Title: "a quick client is served all along beside 200 slow ones", Together: crowd + 1, run: besideSlowClients},
		Case{Name: "six-applications", Title: "all six applications are served at the same time", All: true, Together: len(protocol.Apps()), run: sixApplications},
	)
}

// crowd is how many clients make one.
const crowd = 200

// arriveTogether catches a server that is told once of several clients and
// accepts one of them: no later client comes to remind it of the others.
func arriveTogether(s *script) {
	var ready sync.WaitGroup
	ready.Add(crowd)
	s.together(crowd, func(i int) {
		ready.Done()
		ready.Wait()
		c := s.dial()
		c.ask(fmt.Sprintln("client", i), fmt.Sprintln("client", i))
		c.end()
		c.leave()
	})
}

// comeAndGo catches a server that confuses a client with one that left: their
// descriptors have the same number.
func comeAndGo(s *script) {
	s.together(8, func(lane int) {
		for i := range 20 {
			c := s.dial()
			text := fmt.Sprintf("lane %d, client %d: %s\n", lane, i, strings.Repeat("x", 1000*lane+i))
			switch i % 4 {
			case 0: // a reset with bytes owed
				c.send(text)
				c.reset()
			case 1: // a goodbye with bytes owed
				c.send(text)
				c.leave()
			default:
				c.ask(text, text)
				c.end()
				c.leave()
			}
			s.forget(c)
		}
	})
	s.nextIsServed()
}

// besideSlowClients has half of the slow ones say a byte now and then, and the
// other half read a few. The quick one's exchanges all complete while every slow
// one is in the middle of its own.
func besideSlowClients(s *script) {
	const rounds, turns = 25, 5 // each of the slow acts in every fifth round
	word := "slowly"
	text := noise(32 << 10)
	slow := make([]*client, crowd)
	for i := range slow {
		slow[i] = s.dial()
		if i%2 == 1 {
			slow[i].buf = bufio.NewReaderSize(received{slow[i]}, 16) // what one read may take
			slow[i].send(text)
		}
	}
	quick := s.dial()
	at := 0
	for round := range rounds {
		at = round / turns
		for i := round % turns; i < crowd; i += turns {
			if i%2 == 0 {
				slow[i].send(word[at : at+1])
			} else {
				slow[i].expect(text[16*at : 16*at+16])
			}
		}
		quick.ask(fmt.Sprintln("quick", round), fmt.Sprintln("quick", round))
	}
	quick.end()
	for i, c := range slow {
		if i%2 == 0 {
			c.ask(word[at+1:], word)
		} else {
			c.buf = bufio.NewReaderSize(c.buf, 64<<10)
			c.expect(text[16*at+16:])
		}
		c.end()
	}
}

// besideSlowClientsOf is what holds instead for a model that serves k clients at
// a time: whoever comes later waits for somebody to leave, and no longer.
func besideSlowClientsOf(k int) func(s *script) {
	return func(s *script) {
		slow := make([]*client, crowd)
		for i := range slow {
			slow[i] = s.dial()
			slow[i].send("slo")
		}
		quick := s.dial()
		quick.send("quick\n")
		finish := func(c *client) {
			c.ask("wly", "slowly")
			c.end()
			c.leave()
		}
		for _, c := range slow[:crowd-k] {
			finish(c)
		}
		quick.expectSilence()
		finish(slow[crowd-k])
		quick.expect("quick\n")
		quick.end()
		for _, c := range slow[crowd-k+1:] {
			finish(c)
		}
	}
}

// sixApplications has a client of each in the middle of something while the
// others are answered.
func sixApplications(s *script) {
	get := request("GET", "/", "")
	menu, count, page := s.dialTo(protocol.Menu), s.dialTo(protocol.Count), s.dialTo(protocol.Page)
	work, wait, echo := s.dialTo(protocol.Work), s.dialTo(protocol.Wait), s.dialTo(protocol.Echo)
	menu.expect(protocol.MenuGreeting)
	menu.send("12")
	count.send("six ")
	page.send(get[:len(get)/2])
	work.send("10")
	wait.send("1")
	echo.ask("half a", "half a")

	wait.ask("5\n", waited(15))
	menu.ask("34\n", protocol.MenuBusy("1234"))
	work.ask("00\n", hashed(1000))
	echo.ask(" line\n", " line\n")
	page.send(get[len(get)/2:])
	page.expectReply("GET", 200)
	count.send("bytes\n")
	count.halfClose()
	count.expect("10\n")
	count.expectEOF()
	for _, c := range []*client{menu, page, work, wait, echo} {
		c.end()
	}
}

// sixInTurn is what holds instead for a model that serves one client at a time:
// whichever it takes first, each is served when those before it have said goodbye.
func sixInTurn(s *script) {
	var all []*client
	for _, c := range []struct {
		app  protocol.App
		text string
	}{
		{protocol.Wait, "1\n"},
		{protocol.Work, "10\n"},
		{protocol.Menu, "0\n"},
		{protocol.Count, "four"},
		{protocol.Page, request("GET", "/", "")},
		{protocol.Echo, "echo\n"},
	} {
		client := s.dialTo(c.app)
		client.send(c.text)
		client.halfClose()
		all = append(all, client)
	}
	for i, answer := range []string{waited(1), hashed(10), protocol.MenuGreeting + protocol.MenuAgent, "4\n"} {
		all[i].expect(answer)
	}
	all[4].expectReply("GET", 200)
	all[5].expect("echo\n")
	for _, c := range all {
		c.expectEOF()
	}
}
