package machine

import (
	"os"
	"strings"
)

// Images are the images that the containers were made of, each NAME=ID, as LAB_IMAGE_IDS tells: from inside a container
// one can't know. Empty: not told.
func Images() []string { return strings.Fields(os.Getenv("LAB_IMAGE_IDS")) }

// Ticks are the machine's clock ticks since boot; see Facts.
func Ticks() map[string]uint64 { return ticks() }
