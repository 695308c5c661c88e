package museum

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strconv"
	"time"
)

// The hidden first arguments of the processes that exhibits start.
const (
	serverArg = "museum-server"
	relayArg  = "museum-relay"
	checkArg  = "museum-check"
)

// message is the length of a request and of its reply, in bytes (engine.Echo).
const message = 64

// ServerMain must be called first thing in main, before flags are read: in a
// process that an exhibit started it is the server, the relay or the health
// check, and does not return; elsewhere it does nothing.
func ServerMain() {
	if len(os.Args) < 2 {
		return
	}
	var err error
	switch os.Args[1] {
	case serverArg:
		err = serverMain(os.Args[2:])
	case relayArg:
		err = relayMain(os.Args[2:])
	case checkArg:
		err = checkMain(os.Args[2:])
	default:
		return
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
	os.Exit(0)
}

// how is what a server does otherwise than one that waits in epoll, answers in
// one piece, and sends without delay.
type how struct {
	Page  bool          // speaks HTTP, with one page
	Parts int           // writes for each reply; 0 is 1
	Nagle bool          // without TCP_NODELAY
	Work  time.Duration // computes so long for each reply
	Spin  bool          // asks for events again and again instead of waiting
	Net   bool          // no loop of its own: Go's net package, a goroutine for each connection
}

func (h how) args() []string {
	return []string{
		"-page=" + strconv.FormatBool(h.Page), "-parts=" + strconv.Itoa(max(h.Parts, 1)), "-nagle=" + strconv.FormatBool(h.Nagle),
		"-work=" + h.Work.String(), "-spin=" + strconv.FormatBool(h.Spin), "-net=" + strconv.FormatBool(h.Net),
	}
}

func serverMain(args []string) error {
	var h how
	flags := flag.NewFlagSet(serverArg, flag.ContinueOnError)
	flags.BoolVar(&h.Page, "page", false, "")
	flags.IntVar(&h.Parts, "parts", 1, "")
	flags.BoolVar(&h.Nagle, "nagle", false, "")
	flags.DurationVar(&h.Work, "work", 0, "")
	flags.BoolVar(&h.Spin, "spin", false, "")
	flags.BoolVar(&h.Net, "net", false, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	runtime.GOMAXPROCS(1)
	if h.Net {
		return serveNet()
	}
	l, err := newLoop(h)
	if err != nil {
		return err
	}
	ready(l.addr)
	return l.run()
}

// ready tells the parent where this process listens, and ends the process when
// the parent closes its standard input, or is gone.
func ready(addr string) {
	fmt.Println(addr)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
}

// relayMain passes connections on as docker-proxy does: accept, dial, and a
// copy in each direction.
func relayMain(args []string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ready(l.Addr().String())
	for {
		client, err := l.Accept()
		if err != nil {
			return err
		}
		go relay(client, args[0])
	}
}

func relay(client net.Conn, to string) {
	defer client.Close()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer server.Close()
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(client, server)
		_ = client.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(server, client)
	_ = server.(*net.TCPConn).CloseWrite()
	<-back
}

// checkMain asks once, as a health check does.
func checkMain(args []string) error {
	c, err := net.DialTimeout("tcp", args[0], 5*time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	if _, err := c.Write(make([]byte, message)); err != nil {
		return err
	}
	_, err = io.ReadFull(c, make([]byte, message))
	return err
}
