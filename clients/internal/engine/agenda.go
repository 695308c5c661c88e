package engine

// agenda holds connections by the time at which their next request is due: a
// binary heap, the earliest first.
type agenda []entry

type entry struct {
	at   int64
	conn int32
}

// next is when the earliest is due; never if nothing is.
func (a agenda) next() int64 {
	if len(a) == 0 {
		return never
	}
	return a[0].at
}

func (a *agenda) push(at int64, conn int32) {
	*a = append(*a, entry{at, conn})
	h := *a
	i := len(h) - 1
	for i > 0 && h[(i-1)/2].at > at {
		h[i] = h[(i-1)/2]
		i = (i - 1) / 2
	}
	h[i] = entry{at, conn}
}

// pop drops the earliest.
func (a *agenda) pop() {
	h := *a
	last := h[len(h)-1]
	*a = h[:len(h)-1]
	if len(*a) > 0 {
		a.replace(last.at, last.conn)
	}
}

// replace puts another one in the earliest's place: half the work of pop and push.
func (a agenda) replace(at int64, conn int32) {
	i := 0
	for {
		child := 2*i + 1
		if child >= len(a) {
			break
		}
		if child+1 < len(a) && a[child+1].at < a[child].at {
			child++
		}
		if a[child].at >= at {
			break
		}
		a[i] = a[child]
		i = child
	}
	a[i] = entry{at, conn}
}
