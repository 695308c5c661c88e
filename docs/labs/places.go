package labs

import "regexp"

// Place is a file of services/ that a text names, and the regions that it names after it.
type Place struct {
	Path    string
	Regions []string
}

var (
	place  = regexp.MustCompile("(services/[a-z0-9_/]+\\.go)(?:\\]\\([^)]*\\))?(?:, regions? (`?[a-z]+`?(?:(?:, | and )`[a-z]+`)*))?")
	region = regexp.MustCompile(`[a-z]+`)
)

// Places finds them: services/epoll/main.go, region wait; or as a link, with several regions: regions `wait` and `register`. Tests
// hold them against the files.
func Places(text string) (found []Place) {
	for _, m := range place.FindAllStringSubmatch(text, -1) {
		p := Place{Path: m[1]}
		for _, word := range region.FindAllString(m[2], -1) {
			if word != "and" {
				p.Regions = append(p.Regions, word)
			}
		}
		found = append(found, p)
	}
	return found
}
