package session

import "sync"

// buffer is a queue of bytes. Empty, it holds no memory: ten thousand idle
// conversations cost nothing here.
type buffer struct {
	mem []byte // from the pools; nil when empty
	off int    // mem[off:] are the bytes held
}

func (b *buffer) len() int      { return len(b.mem) - b.off }
func (b *buffer) bytes() []byte { return b.mem[b.off:] }

func (b *buffer) write(p []byte) {
	b.grow(len(p))
	b.mem = append(b.mem, p...)
}

func (b *buffer) writeString(p string) {
	b.grow(len(p))
	b.mem = append(b.mem, p...)
}

// drop takes the first n bytes off.
func (b *buffer) drop(n int) {
	b.off += n
	if b.off >= len(b.mem) {
		b.release()
	}
}

// release empties the buffer and gives its memory back.
func (b *buffer) release() {
	if b.mem != nil {
		giveBack(b.mem)
	}
	*b = buffer{}
}

// grow makes room for n more bytes.
func (b *buffer) grow(n int) {
	if len(b.mem)+n > cap(b.mem) {
		b.move(b.len() + n)
	}
}

// fit moves a small rest out of a large piece of memory. A client that sends a
// great deal and then half a line would otherwise hold the large piece for ever.
func (b *buffer) fit() {
	if n := b.len(); n > 0 && sizeFor(n) < cap(b.mem) {
		b.move(n)
	}
}

// move puts the bytes at the front of memory that holds n, which may be the same.
func (b *buffer) move(n int) {
	to := b.mem[:0]
	if fits := n <= cap(to); !fits || sizeFor(n) < cap(to) {
		to = borrow(n)
	}
	held := append(to, b.bytes()...)
	if cap(b.mem) > 0 && &held[:1][0] != &b.mem[:1][0] {
		giveBack(b.mem)
	}
	b.mem, b.off = held, 0
}

// The pools' sizes in bytes: a small request or answer; an HTTP head; one read
// and the little that was there before it; all that an echo may owe. Whatever is
// larger is left to the garbage collector.
var sizes = [...]int{1 << 10, 9 << 10, 66 << 10, 144 << 10}

// The pools hold pointers to arrays: a slice in an interface would be allocated
// by every Put.
var (
	pool1   = sync.Pool{New: func() any { return new([1 << 10]byte) }}
	pool9   = sync.Pool{New: func() any { return new([9 << 10]byte) }}
	pool66  = sync.Pool{New: func() any { return new([66 << 10]byte) }}
	pool144 = sync.Pool{New: func() any { return new([144 << 10]byte) }}
)

func sizeFor(n int) int {
	for _, size := range sizes {
		if n <= size {
			return size
		}
	}
	return n
}

// borrow returns empty memory for at least n bytes.
func borrow(n int) []byte {
	switch sizeFor(n) {
	case sizes[0]:
		return pool1.Get().(*[1 << 10]byte)[:0]
	case sizes[1]:
		return pool9.Get().(*[9 << 10]byte)[:0]
	case sizes[2]:
		return pool66.Get().(*[66 << 10]byte)[:0]
	case sizes[3]:
		return pool144.Get().(*[144 << 10]byte)[:0]
	}
	return make([]byte, 0, n+n/4)
}

// giveBack takes memory back into the pool of its size.
func giveBack(mem []byte) {
	switch mem = mem[:cap(mem)]; len(mem) {
	case sizes[0]:
		pool1.Put((*[1 << 10]byte)(mem))
	case sizes[1]:
		pool9.Put((*[9 << 10]byte)(mem))
	case sizes[2]:
		pool66.Put((*[66 << 10]byte)(mem))
	case sizes[3]:
		pool144.Put((*[144 << 10]byte)(mem))
	}
}
