package drive

// deadlines is a heap (container/heap) of the conversations that wait for a time, the earliest first.
type deadlines []*Conn

func (d deadlines) first() int64 {
	if len(d) == 0 {
		return 0
	}
	return d[0].deadline
}

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, j int) bool { return d[i].deadline < d[j].deadline }

func (d deadlines) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].place, d[j].place = i, j
}

// Push is for container/heap.
func (d *deadlines) Push(x any) {
	c := x.(*Conn)
	c.place = len(*d)
	*d = append(*d, c)
}

// Pop is for container/heap.
func (d *deadlines) Pop() any {
	old := *d
	c := old[len(old)-1]
	old[len(old)-1] = nil
	*d = old[:len(old)-1]
	return c
}
