// Nothing does nothing: what it costs to start it is what it costs to start a program in Go.
package main

func main() {}
