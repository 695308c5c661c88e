package engine

import "slices"

// Fairness is how a measurement's replies were spread over its connections.
type Fairness struct {
	Jain   float64 // Jain's index of the connections' replies in the measured parts, 1/n to 1; 0: not known
	Mean   float64 // replies of a connection
	Least  uint64  // of the connection that got fewest
	Silent int     // connections without any
	each   []uint64
}

// Jain is the fairness index (sum x)^2 / (n sum x^2): 1 where all are equal, k/n
// where k of n have all and equal shares; 0 where nobody has anything.
func Jain(x []uint64) float64 {
	sum, squares := 0.0, 0.0
	for _, v := range x {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	if squares == 0 {
		return 0
	}
	return min(sum*sum/(float64(len(x))*squares), 1)
}

// add books one more slice's replies by connection.
func (f *Fairness) add(each []uint32) {
	for len(f.each) < len(each) {
		f.each = append(f.each, 0)
	}
	for i, n := range each {
		f.each[i] += uint64(n)
	}
	if len(f.each) == 0 {
		return
	}
	f.Jain, f.Least, f.Silent = Jain(f.each), slices.Min(f.each), 0
	sum := uint64(0)
	for _, n := range f.each {
		sum += n
		if n == 0 {
			f.Silent++
		}
	}
	f.Mean = float64(sum) / float64(len(f.each))
}

// shares are the replies of each connection in the measured part.
func (g *Group) shares() []uint32 {
	if g.each == nil {
		g.each = make([]uint32, len(g.conns))
	}
	for i := range g.conns {
		g.each[i] = g.conns[i].measured
	}
	return g.each
}
