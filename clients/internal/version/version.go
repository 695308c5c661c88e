// Package version says which source a program was built from.
package version

import (
	"os"
	"runtime/debug"
)

// Revision is the source's: LAB_REVISION where the run was told, else what the
// Go tool stamped; empty if neither is known.
func Revision() string {
	if r := os.Getenv("LAB_REVISION"); r != "" {
		return r
	}
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return ""
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "-dirty"
		}
	}
	if revision == "" {
		return ""
	}
	return revision + dirty
}

// String is what -version prints: the revision, else the module's version, else "unknown".
func String() string {
	if r := Revision(); r != "" {
		return r
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
