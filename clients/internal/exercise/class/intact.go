package class

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"c10klab/clients/internal/exercise"
)

// errUnlisted says that a package has no list of hashes: something else than pack made it.
var errUnlisted = errors.New("not made by lab exercise pack: it has no list of hashes")

// intact compares the files of a package that was taken in with the package's list. It finds damage; who means to deceive makes
// a list, too.
func intact(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	text, err := root.ReadFile(exercise.ManifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		return errUnlisted
	}
	if err != nil {
		return err
	}
	var list exercise.Packed
	if err := json.Unmarshal(text, &list); err != nil {
		return fmt.Errorf("damaged: %s is no list: %w", exercise.ManifestFile, err)
	}
	for _, name := range slices.Sorted(maps.Keys(list.Files)) {
		got, err := sum(root, name)
		if err != nil {
			return fmt.Errorf("damaged: its list has %s, which can't be read", name)
		}
		if got != list.Files[name] {
			return fmt.Errorf("damaged: %s is not what its list says", name)
		}
	}
	return nil
}

func sum(root *os.Root, name string) (string, error) {
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}
