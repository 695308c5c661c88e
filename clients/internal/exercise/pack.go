package exercise

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"
)

// ManifestFile is the list of a package's files with their hashes, in the package itself.
const ManifestFile = "manifest.json"

// MostPacked is what a package may hold, in bytes: results are some hundred KB a run.
const MostPacked = 64 << 20

// Packed is that list.
type Packed struct {
	Exercise int               `json:"exercise"`
	Name     string            `json:"name"`
	Who      string            `json:"who"`
	Files    map[string]string `json:"files_sha256"`
}

// PackName is what a package is called unless one says otherwise: 02-one-at-a-time-WHO.zip.
func (e Exercise) PackName(a Answers) string {
	who := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return '-'
	}, a.Who)
	return strings.TrimRight(e.ID()+"-"+who, "-") + ".zip"
}

// Pack puts all of an exercise's folder into one file: answers, results, code. What is no ordinary file (a link, a pipe) is left
// out, and so is what begins with a dot, and the package itself. It is made whole before it gets its name.
func (e Exercise) Pack(dir, to string, a Answers) (err error) {
	files, err := packable(dir, to)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	list := Packed{Exercise: e.Number, Name: e.Name, Who: a.Who, Files: map[string]string{}}
	for _, name := range files {
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("packing: %w", err)
		}
		sum := sha256.Sum256(content)
		list.Files[name] = hex.EncodeToString(sum[:])
		if err := add(z, path.Join(e.ID(), name), content); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	if err := errors.Join(add(z, path.Join(e.ID(), ManifestFile), append(text, '\n')), z.Close()); err != nil {
		return err
	}
	if err := os.WriteFile(to+".new", b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("packing: %w", err)
	}
	return os.Rename(to+".new", to)
}

func add(z *zip.Writer, name string, content []byte) error {
	w, err := z.Create(name) // without a time: the same folder gives the same file
	if err != nil {
		return fmt.Errorf("packing %s: %w", name, err)
	}
	_, err = w.Write(content)
	return err
}

// packable are the files of a folder that are handed in, in order.
func packable(dir, to string) (names []string, err error) {
	total := int64(0)
	itself, _ := filepath.Abs(to)
	err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, file)
		if name != "." && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		own := strings.HasSuffix(name, ".zip") && filepath.Dir(name) == "."
		if whole, _ := filepath.Abs(file); !d.Type().IsRegular() || own || whole == itself || name == ManifestFile {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if total += info.Size(); total > MostPacked {
			return fmt.Errorf("more than %d MiB: take out of the folder what is no part of the exercise (%s?)", MostPacked>>20, name)
		}
		names = append(names, filepath.ToSlash(name))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("packing %s: %w", dir, err)
	}
	return names, nil
}
