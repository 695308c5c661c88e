package building

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// FolderFile is what tells that a folder is a building exercise's, and of which seed and language.
const FolderFile = "exercise.json"

// Folder is a building exercise that somebody works on.
type Folder struct {
	Exercise Exercise
	Spec     Spec
	Lang     Lang
	Dir      string
}

// mark is FolderFile's content.
type mark struct {
	Exercise int    `json:"exercise"`
	Name     string `json:"name"`
	Seed     string `json:"seed"`
	Lang     Lang   `json:"lang"`
}

// File is the path of the one file that the student writes.
func (f Folder) File() string { return filepath.Join(f.Dir, f.Lang.main()) }

// Start lays an exercise's folder: the skeleton, its text as README.md, and FolderFile. The folder must be empty, or not exist. lang is
// one of e.Langs.
func (e Exercise) Start(dir, seed string, lang Lang) (Folder, error) {
	f := Folder{Exercise: e, Lang: lang, Dir: dir}
	if _, err := e.Lang(string(lang)); err != nil {
		return f, err
	}
	var err error
	if f.Spec, err = Draw(e.Name, seed); err != nil {
		return f, err
	}
	laid, err := skeleton(e, f.Spec, lang)
	if err != nil {
		return f, err
	}
	text, err := json.MarshalIndent(mark{e.Number, e.Name, seed, lang}, "", "  ")
	if err != nil {
		return f, err
	}
	laid[FolderFile] = append(text, '\n')
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f, fmt.Errorf("laying exercise %d: %w", e.Number, err)
	}
	if len(entries) > 0 {
		return f, fmt.Errorf("%s isn't empty (%s lies there): name another folder", dir, entries[0].Name())
	}
	return f, lay(dir, laid)
}

// lay writes files into a folder, which it makes.
func lay(dir string, laid map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range laid {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Is says whether a folder is a building exercise's.
func Is(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, FolderFile))
	return err == nil
}

// Open reads which exercise a folder is of. seed, unless it is empty, is the one that it must be of: a teacher knows it.
func Open(dir, seed string) (Folder, error) {
	f := Folder{Dir: dir}
	path := filepath.Join(dir, FolderFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, fmt.Errorf("%s has no %s: lab exercise start NN %s lays one", dir, FolderFile, dir)
	}
	if err != nil {
		return f, err
	}
	var m mark
	if err := json.Unmarshal(text, &m); err != nil {
		return f, fmt.Errorf("%s is damaged: %w", path, err)
	}
	if f.Exercise, err = Find(fmt.Sprint(m.Exercise)); err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	if seed != "" && seed != m.Seed {
		return f, fmt.Errorf("%s is of the seed %q, not %q", path, m.Seed, seed)
	}
	if f.Lang = m.Lang; !slices.Contains(f.Exercise.Langs, m.Lang) {
		_, err := f.Exercise.Lang("of " + string(m.Lang))
		return f, fmt.Errorf("%s: %w", path, err)
	}
	if f.Spec, err = Draw(f.Exercise.Name, m.Seed); err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	if _, err := os.Stat(f.File()); err != nil {
		return f, fmt.Errorf("nothing to build: %w", err)
	}
	return f, nil
}
