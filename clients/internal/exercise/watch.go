package exercise

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// Look is how often a watched file is looked at.
const Look = 300 * time.Millisecond

// Watch calls do at once, and again whenever the folder's answers were saved, until the context ends. tick says when to look;
// a file that is away for a moment, as some editors leave it, is waited for.
func Watch(ctx context.Context, dir string, tick <-chan time.Time, do func()) {
	path := filepath.Join(dir, AnswersFile)
	last := stamp(path)
	do()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		if now := stamp(path); now != last && now != (saved{}) {
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

func stamp(path string) saved {
	info, err := os.Stat(path)
	if err != nil {
		return saved{}
	}
	return saved{info.ModTime(), info.Size()}
}
