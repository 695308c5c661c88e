package class

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// directory is how many bytes of a package may be its own list: a thousand names are a tenth of that.
const directory = 2 << 20

// packed takes in a package: a .zip with the exercise's folder in it, or with what is in that folder.
func (in *intake) packed(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	z, err := openZip(f, info.Size(), in.all)
	if err != nil {
		return err
	}
	top, err := topFolder(z)
	if err != nil {
		return err
	}
	for _, member := range z.File {
		if err := in.member(member, top); err != nil {
			return err
		}
	}
	return nil
}

// openZip reads the list of a package, and not more of it than such a list may need: its length is what the file says.
func openZip(f io.ReaderAt, size int64, b Bounds) (*zip.Reader, error) {
	if size > b.Bytes+directory {
		return nil, fmt.Errorf("a package of more than %d MiB", b.Bytes>>20)
	}
	r := &rationed{f, directory}
	z, err := zip.NewReader(r, size)
	switch {
	case r.left < 0:
		return nil, fmt.Errorf("a package that lists far more than %d files", b.Files)
	case errors.Is(err, zip.ErrFormat):
		return nil, errors.New("no package: it is called .zip and is none, or it is cut off")
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		return nil, fmt.Errorf("no package can be read: %w", err)
	case len(z.File) > b.Files:
		return nil, fmt.Errorf("more than %d files and folders", b.Files)
	}
	r.left = 1 << 62 // contents are bounded where they are copied
	return z, nil
}

// rationed reads so many bytes, and then no more.
type rationed struct {
	from io.ReaderAt
	left int64
}

func (r *rationed) ReadAt(p []byte, off int64) (int, error) {
	if r.left -= int64(len(p)); r.left < 0 {
		return 0, errors.New("more than may be read")
	}
	return r.from.ReadAt(p, off)
}

// topFolder is the folder that the exercise lies in, with its slash; empty: it lies in no folder.
func topFolder(z *zip.Reader) (string, error) {
	var found []string
	for _, f := range z.File {
		folder, name := path.Split(f.Name)
		if slices.Contains(marks, name) && strings.Count(folder, "/") <= 1 && !slices.Contains(found, folder) {
			found = append(found, folder)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("a package without %s: lab exercise pack makes a whole one", strings.Join(marks, " or "))
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("a package of %d exercises: one goes into one package", len(found))
}

// member takes in one file of a package. A name that leads out of the folder is a mistake of the whole package.
func (in *intake) member(f *zip.File, top string) error {
	if strings.ContainsAny(f.Name, "\\\x00") || !filepath.IsLocal(filepath.FromSlash(strings.TrimSuffix(f.Name, "/"))) {
		return fmt.Errorf("a package with a file named %q, which leads out of its folder", f.Name)
	}
	name, ours := strings.CutPrefix(f.Name, top)
	switch mode := f.Mode(); {
	case mode.IsDir() || strings.HasSuffix(f.Name, "/"):
		return in.entry(name)
	case !ours || dotted(name):
		return in.entry(name)
	case !mode.IsRegular():
		in.out = append(in.out, fmt.Sprintf("%s (%s)", name, kind(mode.Type())))
		return in.entry(name)
	}
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer r.Close()
	if err := in.file(name, r); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("a package with two files %s", name)
		}
		return err
	}
	return nil
}

// dotted says whether a part of a name begins with a dot.
func dotted(name string) bool {
	return strings.HasPrefix(name, ".") || strings.Contains(name, "/.")
}
