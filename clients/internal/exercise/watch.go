package exercise

import (
	"context"
	"os"
	"slices"
	"time"
)

// Look is how often a watched file is looked at.
const Look = 300 * time.Millisecond

// Watch calls do at once, and again whenever one of the files was saved, until the context ends. tick says when to look;
// a file that is away for a moment, as some editors leave it, is waited for.
func Watch(ctx context.Context, files []string, tick <-chan time.Time, do func()) {
	last := stamps(files)
	do()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		if now := stamps(files); !slices.Equal(now, last) && !slices.Contains(now, saved{}) {
			last = now
			do()
		}
	}
}

// saved tells one state of a file from another.
type saved struct {
	at   time.Time
	size int64
}

func stamps(files []string) (all []saved) {
	for _, f := range files {
		all = append(all, stamp(f))
	}
	return all
}

func stamp(path string) saved {
	info, err := os.Stat(path)
	if err != nil {
		return saved{}
	}
	return saved{info.ModTime(), info.Size()}
}
