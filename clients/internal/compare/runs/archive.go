package runs

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"c10klab/clients/internal/result"
)

// most bytes that are taken out of an archive: a full run leaves some 20 MB, and a small archive can hold anything.
const most = 1 << 30

// unpack puts what a run leaves into numbered folders below into, and returns the names that these had in the archive.
// An archive's own names never become paths: they may lead anywhere.
func unpack(archive, into string) (names []string, err error) {
	f, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	u := &unpacking{into: into, room: most}
	r := bufio.NewReader(f)
	head, _ := r.Peek(4)
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		err = u.zip(archive)
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		var unzipped *gzip.Reader
		if unzipped, err = gzip.NewReader(r); err == nil {
			err = u.tar(unzipped)
		}
	default:
		err = u.tar(r)
	}
	return u.whole(), err
}

type unpacking struct {
	into  string
	names []string
	room  int64
}

func (u *unpacking) tar(from io.Reader) error {
	for r := tar.NewReader(from); ; {
		h, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("it is no folder, nor an archive (tar, tar.gz, zip) that is whole: %w", err)
		case h.Typeflag == tar.TypeReg:
			if err := u.keep(h.Name, r); err != nil {
				return err
			}
		}
	}
}

func (u *unpacking) zip(archive string) error {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer r.Close()
	for _, entry := range r.File {
		f, err := entry.Open()
		if err != nil {
			return err
		}
		err = u.keep(entry.Name, f)
		_ = f.Close() // it was read to its end or has failed
		if err != nil {
			return err
		}
	}
	return nil
}

// keep writes one file, if it is one of a run.
func (u *unpacking) keep(name string, from io.Reader) error {
	base := path.Base(name)
	if base != result.ManifestFile && base != result.LinesFile {
		return nil
	}
	dir := strings.TrimPrefix(path.Dir(name), "./")
	i := slices.Index(u.names, dir)
	if i < 0 {
		i, u.names = len(u.names), append(u.names, dir)
	}
	if err := os.MkdirAll(folder(u.into, i), 0o700); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(folder(u.into, i), base))
	if err != nil {
		return err
	}
	n, err := io.Copy(f, io.LimitReader(from, u.room))
	if u.room -= n; err == nil && u.room <= 0 {
		err = fmt.Errorf("it holds more than %d bytes of results", most)
	}
	return errors.Join(err, f.Close())
}

// whole are the names, if one of the folders is a run.
func (u *unpacking) whole() []string {
	for i := range u.names {
		if _, err := os.Stat(filepath.Join(folder(u.into, i), result.ManifestFile)); err == nil {
			return u.names
		}
	}
	return nil
}

func folder(into string, i int) string { return filepath.Join(into, strconv.Itoa(i)) }
