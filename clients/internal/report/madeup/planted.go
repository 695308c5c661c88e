package madeup

import (
	"fmt"

	"c10klab/clients/internal/result"
)

// Plant adds six rounds in which an effect of 10 % is planted, of which so much shows: 1 is all of it. CPU is its inverse.
func (m *Run) Plant(shows float64) *Run {
	m.Add("epoll", result.Spike, func(r *result.Record) {
		r.Connections, r.Metric, r.Load = 100, result.Rate, "the replies to 10 don't count"
		r.Figures = map[string]float64{}
		for _, percent := range []int{10, 20, 30, 40, 60, 80} {
			r.Figures[fmt.Sprintf("counted@%d", percent)] = 1 - shows*float64(percent)/100
		}
		r.Ratio *= r.Figures["counted@10"]
		r.Contender.CPU = 5 / r.Ratio
	}, Twins[:6]...)
	return m
}

// Void is a run of every model that missed the effect which was planted in it.
func Void() *Run { return All().Plant(0) }
