// Package protocol is the contract between services and clients: the six
// applications, their ports, their bounds and, in control.go, what the meter
// in front of each service answers. It is the only package that both sides share.
package protocol

import (
	"fmt"
	"strings"
)

// App is one of the six applications that every service answers. The
// application is what the server says; the model is how the bytes get there.
type App uint8

// The applications, in the order in which they are listed everywhere.
const (
	Echo  App = iota // any bytes; the same bytes come back
	Count            // any bytes; their number comes back after the half-close
	Menu             // lines; a telephone menu answers
	Page             // HTTP/1.1; a page with a form
	Work             // a line N; SHA-256 applied N times comes back
	Wait             // a line MS; an answer after MS milliseconds
)

var apps = [...]struct {
	name string
	port int
}{
	Echo:  {"echo", 7007},
	Count: {"count", 7009},
	Menu:  {"menu", 8009},
	Page:  {"page", 8000},
	Work:  {"work", 7011},
	Wait:  {"wait", 7012},
}

// Apps returns all applications in their order.
func Apps() []App { return []App{Echo, Count, Menu, Page, Work, Wait} }

// String returns the application's name as it stands in flags and labels.
func (a App) String() string {
	if int(a) < len(apps) {
		return apps[a].name
	}
	return fmt.Sprintf("app(%d)", uint8(a))
}

// Port returns the TCP port that the application has in every service.
func (a App) Port() int { return apps[a].port }

// ParseApp returns the application of that name, or an error that lists the names.
func ParseApp(name string) (App, error) {
	for i, a := range apps {
		if a.name == name {
			return App(i), nil
		}
	}
	return 0, fmt.Errorf("no application %q: choose from %s", name, strings.Join(names(), ", "))
}

// ParseApps reads a comma-separated list such as "echo,count". Names may not
// repeat, and the list may not be empty.
func ParseApps(list string) ([]App, error) {
	var out []App
	seen := map[App]bool{}
	for _, name := range strings.Split(list, ",") {
		a, err := ParseApp(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if seen[a] {
			return nil, fmt.Errorf("application %s is listed twice", a)
		}
		seen[a] = true
		out = append(out, a)
	}
	return out, nil
}

// JoinApps is the inverse of ParseApps.
func JoinApps(list []App) string {
	s := make([]string, len(list))
	for i, a := range list {
		s[i] = a.String()
	}
	return strings.Join(s, ",")
}

func names() []string {
	s := make([]string, len(apps))
	for i, a := range apps {
		s[i] = a.name
	}
	return s
}

// Bounds, the same in every service.
const (
	MaxLine  = 1024      // bytes of a line before its "\n"; a "\r" directly before it does not count
	MaxWork  = 1_000_000 // the largest N of work; the smallest is 1
	MaxWait  = 10_000    // the longest wait in milliseconds; the shortest is 0
	MaxHead  = 8 << 10   // bytes of an HTTP head: request line, header fields and the empty line
	MaxBody  = 64 << 10  // bytes of an HTTP body, chunk framing not counted
	HighMark = 64 << 10  // owed bytes above which a server stops reading from that client
	ReadSize = 64 << 10  // the most that one read may take, so that HighMark+ReadSize bounds what is owed
)

// What the line applications say. The menu's texts end with "\n" like all of them.
const (
	MenuGreeting = "Welcome to 10086. Enter 1xxx, or 0 for an agent.\n"
	MenuAgent    = "This call may be recorded.\n"
	MenuGoodbye  = "Goodbye.\n"
	MenuAgain    = "Please try again.\n"
	LineTooLong  = "error: line longer than 1024 bytes\n"
)

// MenuBusy is the menu's answer to a service number, "1" and three digits.
func MenuBusy(number string) string { return "Service " + number + " is busy, please hold.\n" }
