package experiment

import (
	"context"
	"fmt"
	stdslices "slices"
	"time"
)

// loopsOf connects n clients and finds how many each loop of the server has, the most first. unclear says why that can't be told;
// empty: it can.
func loopsOf(ctx context.Context, addr string, n int) (sizes []int, unclear string, err error) {
	t, err := newThrong(addr)
	if err != nil {
		return nil, "", err
	}
	defer t.Close()
	short, long := []byte("1\n"), fmt.Appendf(nil, "%d\n", stall)
	answer, late := []byte(digest(1)), []byte(digest(stall))
	if err := t.come(ctx, n, atDoor, short, answer, patience); err != nil {
		return nil, "", err
	}
	if y := t.tally(); y.answered < n {
		return nil, "", fmt.Errorf("%d of %d clients were answered: %v", y.answered, n, y)
	}
	left := make([]int, n)
	for i := range left {
		left[i] = i
	}
	for len(left) > 0 {
		first := left[0]
		// The one that computes is asked first: who is asked after it is read after it.
		if err := t.askAll(ctx, left, func(i int) (ask, want []byte) {
			if i == first {
				return long, late
			}
			return short, answer
		}, patience); err != nil {
			return nil, "", err
		}
		var same []int
		if same, left, unclear = t.divide(left); unclear != "" {
			return nil, unclear, nil
		}
		sizes = append(sizes, len(same))
	}
	stdslices.SortFunc(sizes, func(a, b int) int { return b - a })
	return sizes, "", nil
}

// divide tells who of these waited until the first was answered, and who did not. Whoever is answered between the two is no
// proof of either.
func (t *throng) divide(asked []int) (same, others []int, unclear string) {
	first := t.guests[asked[0]]
	took := first.answered - first.asked
	for _, i := range asked {
		g := t.guests[i]
		switch at := g.answered - first.asked; {
		case !g.in():
			return nil, nil, fmt.Sprintf("client %d was not answered within %v", i+1, patience)
		case i == asked[0] || at > took-took/20:
			same = append(same, i)
		case at < took*2/3:
			others = append(others, i)
		default:
			return nil, nil, fmt.Sprintf("a loop computed for %v, and client %d was answered after %v: that may be the same loop or another",
				took.Round(time.Millisecond), i+1, at.Round(time.Millisecond))
		}
	}
	return same, others, ""
}
