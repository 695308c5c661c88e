// Package program builds, starts and ends a program that a student wrote. It trusts none of it: a program that doesn't
// compile, never listens, dies, prints for ever or ignores SIGTERM becomes one clear line.
//
// Build builds a Go module without the network; Start starts any command that listens at an address (a binary, a
// script's interpreter), waits until it does, and Stop ends it.
package program
