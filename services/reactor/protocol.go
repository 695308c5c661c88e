package main

// Protocol is what a user of the reactor writes: what one connection says. The
// reactor calls its methods one after the other.
type Protocol interface {
	ConnectionMade(t *Transport)
	DataReceived(data []byte)    // data is good until it returns
	ConnectionLost(reason error) // once, at the end; nil: both sides had said all
}

// HalfClosed is a protocol that goes on after the end of its input. Any other is
// closed then, once what it wrote is sent.
type HalfClosed interface {
	// ReadConnectionLost says that nothing more comes: io.EOF, or ErrStopping.
	ReadConnectionLost(reason error)
}

// Producer is a protocol that writes more than a socket takes at once.
type Producer interface {
	// ResumeProducing says that all that was written is sent.
	ResumeProducing()
}

// Factory makes the protocol of each connection that is accepted.
type Factory interface {
	// BuildProtocol returns nil to refuse the client of that descriptor.
	BuildProtocol(fd int) Protocol
}

// FactoryFunc is a function that is a Factory.
type FactoryFunc func(fd int) Protocol

// BuildProtocol calls the function.
func (f FactoryFunc) BuildProtocol(fd int) Protocol { return f(fd) }
