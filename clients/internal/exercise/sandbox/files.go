package sandbox

import (
	"archive/tar"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// File is one that the program finds in the container.
type File struct {
	Name       string // below Inside, such as src/main.go
	Content    []byte
	Executable bool
}

func checked(files []File) error {
	seen := map[string]bool{}
	for _, f := range files {
		if !fs.ValidPath(f.Name) || f.Name == "." {
			return fmt.Errorf("%q is no name of a file below %s", f.Name, Inside)
		}
		if seen[f.Name] {
			return fmt.Errorf("two files %s", f.Name)
		}
		seen[f.Name] = true
	}
	return nil
}

// archive writes the files as docker cp takes them. They belong to root, so that who runs can't even change their modes.
func archive(to io.Writer, files []File) error {
	t := tar.NewWriter(to)
	made := map[string]bool{"/": true}
	var folder func(name string) error
	folder = func(name string) error {
		if made[name] {
			return nil
		}
		if err := folder(path.Dir(name)); err != nil {
			return err
		}
		made[name] = true
		return t.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: strings.TrimPrefix(name, "/") + "/", Mode: 0o755})
	}
	for _, f := range files {
		name := path.Join(Inside, f.Name)
		if err := folder(path.Dir(name)); err != nil {
			return err
		}
		mode := int64(0o444)
		if f.Executable {
			mode = 0o555
		}
		h := &tar.Header{Typeflag: tar.TypeReg, Name: strings.TrimPrefix(name, "/"), Mode: mode, Size: int64(len(f.Content))}
		if err := t.WriteHeader(h); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if _, err := t.Write(f.Content); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return t.Close()
}
