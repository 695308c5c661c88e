// Package gate holds the conditions under which a number may be shown: one
// small file each, over plain values. Every gate returns "" or the reason, one
// plain sentence, for which the number is withheld.
//
// What must be verified before (gate 1) is the conformance cases' to say, and
// what a model must wait in (gate 2) is package models'.
//
// A value of 0 that a reading could not provide ("not known") fails no gate,
// except where its absence is itself the finding.
package gate

import "fmt"

// First is the first reason that is none of "".
func First(reasons ...string) string {
	for _, r := range reasons {
		if r != "" {
			return r
		}
	}
	return ""
}

// percent writes a share.
func percent(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }
