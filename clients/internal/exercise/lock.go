package exercise

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// LockFile keeps a second run out, in an exercise's folder.
const LockFile = ".lock"

// Lock keeps a second run out of the folder until it is released. The kernel releases it when the program dies, however it does.
func Lock(dir string) (release func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, LockFile), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("locking the exercise's folder: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		f.Close()
		return nil, fmt.Errorf("a run of this exercise is under way in %s: wait for its end", dir)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("locking the exercise's folder: %w", err)
	}
	return func() { f.Close() }, nil
}
