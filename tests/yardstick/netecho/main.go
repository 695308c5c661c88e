// Netecho PORT: the plainest echo server on net.Listener, a goroutine for each connection.
//
// The yardstick of what the language itself gives: it has no harness, no
// application, no stop, and no limits. It isn't io.Copy(conn, conn): between two TCP
// connections that is splice(2) through a pipe for each, which is another mechanism.
package main

import (
	"log"
	"net"
	"os"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("netecho: ")
	if len(os.Args) != 2 {
		log.Print("usage: netecho PORT")
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("listening on 127.0.0.1: echo %d", listener.Addr().(*net.TCPAddr).Port)
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go talk(conn)
	}
}

func talk(conn net.Conn) {
	defer conn.Close()
	buf := make([]byte, 4<<10)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		if _, err := conn.Write(buf[:n]); err != nil {
			return
		}
	}
}
