package class

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// folder takes in a folder: ordinary files alone. As in a package, what begins with a dot is passed over, and so are packages
// beside the answers. Links, pipes and devices are left out and named.
func (in *intake) folder(dir string) error {
	return in.below(dir, "")
}

func (in *intake) below(dir, name string) error {
	entries, err := list(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		here := path.Join(name, e.Name())
		switch {
		case e.IsDir():
			if err = in.entry(here); err == nil {
				err = in.below(filepath.Join(dir, e.Name()), here)
			}
		case !e.Type().IsRegular():
			in.out = append(in.out, fmt.Sprintf("%s (%s)", here, kind(e.Type())))
		case name == "" && strings.HasSuffix(here, ".zip"):
		default:
			err = in.copied(filepath.Join(dir, e.Name()), here)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// copied copies an ordinary file. It is opened so that a pipe or link which has taken its place since can do no harm.
func (in *intake) copied(from, name string) (err error) {
	f, err := os.OpenFile(from, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return plainly(name, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return plainly(name, err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: %s", name, kind(info.Mode().Type()))
	}
	return in.file(name, io.Reader(f))
}
