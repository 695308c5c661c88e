package cgroup

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// Own returns the group reduced to the controllers under which all members are
// the caller's, by its judgement: figures of a group that others share say
// nothing about the service. Process number 0 stands for one of another PID
// namespace. The result may have no controller left.
func (g *Group) Own(mine func(pid int) bool) *Group {
	own := &Group{dirs: map[string]dir{}}
	judged := map[string]bool{}
	for c, d := range g.dirs {
		ok, known := judged[d.path]
		if !known {
			ok = all(d.path, mine)
			judged[d.path] = ok
		}
		if ok {
			own.dirs[c] = d
		}
	}
	return own
}

// all walks the group and its children, whose time and memory are booked to it as well.
func all(path string, mine func(int) bool) bool {
	err := filepath.WalkDir(path, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !e.IsDir() {
			return nil
		}
		members, err := members(p)
		if err != nil {
			return err
		}
		for _, pid := range members {
			if !mine(pid) {
				return fs.ErrPermission
			}
		}
		return nil
	})
	return err == nil
}

func members(path string) ([]int, error) {
	b, err := os.ReadFile(filepath.Join(path, "cgroup.procs"))
	if err != nil {
		return nil, err
	}
	var out []int
	for _, word := range bytes.Fields(b) {
		pid, err := strconv.Atoi(string(word))
		if err != nil {
			return nil, err
		}
		out = append(out, pid)
	}
	return out, nil
}
