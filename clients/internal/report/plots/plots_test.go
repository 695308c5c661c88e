package plots

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"c10klab/clients/internal/models"
)

func labels(ticks []plot.Tick) (out []string) {
	for _, t := range ticks {
		out = append(out, t.Label)
	}
	return out
}

func TestTicks(t *testing.T) {
	assert.Equal(t, []string{"0", "500", "1000", "1500", "2000"}, labels(linear(-20, 2100)))
	assert.Equal(t, []string{"0.9", "0.95", "1", "1.05", "1.1"}, labels(linear(0.89, 1.12)))
	assert.Equal(t, []string{"0.2", "0.5", "1", "2", "5"}, labels(logarithmic(0.19, 6)))
	assert.Equal(t, []string{"1", "10", "100", "1000"}, labels(logarithmic(0.8, 2000)))
}

func TestTicksAreFewAndInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Float64Range(1e-3, 1e4).Draw(t, "low")
		high := low * rapid.Float64Range(1.01, 1e6).Draw(t, "times")
		for _, ticks := range [][]plot.Tick{linear(low, high), logarithmic(low, high)} {
			if len(ticks) < 2 || len(ticks) > 9 {
				t.Errorf("%v to %v: %v", low, high, labels(ticks))
			}
			for _, tick := range ticks {
				if tick.Value < low*(1-1e-5) || tick.Value > high*(1+1e-5) {
					t.Errorf("%v to %v: %v", low, high, tick.Value)
				}
			}
		}
	})
}

func TestInksTakeThePagesColours(t *testing.T) {
	assert.Len(t, names, int(Kernel)+1)
	svg := Forest{Label: `"<1>"`, Axis: "x", Ratio: true, Floor: 0.1, Lines: []Line{
		{Name: "<a>", Median: 0.5, Low: 0.4, High: 0.6, Ink: Worse, Figure: "0.50"},
		{Name: "b", Words: "withheld"},
	}}.SVG()
	for _, ink := range []string{"ink", "muted", "band", "worse", "grid"} {
		assert.Contains(t, svg, "var(--"+ink+")")
	}
	assert.NotContains(t, svg, "#C10C")
	assert.NotContains(t, svg, "font-family")
	assert.NotContains(t, svg, "http")
	assert.Contains(t, svg, "&lt;a&gt;")
	assert.Contains(t, svg, `aria-label="&#34;&lt;1&gt;&#34;"`)
}

// The library's own room for labels must not squeeze the plot.
func TestCurvesFillTheirSpace(t *testing.T) {
	v := Curves{X: "x", Y: "a label that is rather long for its axis", Lines: []Curve{{Name: "a", Points: []Point{{0, 1, 0.5, 1.5}, {100, 20, 10, 30}}}}}
	svg, err := v.SVG()
	require.NoError(t, err)
	assert.Contains(t, svg, ">100</text>")
	place := v.places()
	assert.InDelta(t, 1.5, place[0], 1e-9, "left of the smallest")
	assert.InDelta(t, 2, place[100], 1e-9)
}

func TestForestSpansItsIntervals(t *testing.T) {
	low, high := Forest{Ratio: true, Floor: 0.5, Lines: []Line{{Low: 0.9, High: 3}, {Words: "none", Low: math.NaN(), High: math.NaN()}}}.span()
	assert.Less(t, low, 0.5)
	assert.Greater(t, high, 3.0)
	assert.Greater(t, low, 0.0)
}

func TestNamesOfCurvesStandApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const gap, low, high = 10, 0, 200
		ends := rapid.SliceOfN(rapid.Float64Range(low, high), 1, 15).Draw(t, "ends")
		tags := make([]tag, len(ends))
		for i, y := range ends {
			tags[i].from.Y = vg.Length(y)
		}
		spread(tags, gap, low, high)
		for i, tag := range tags {
			if tag.y < low-1e-9 || tag.y > high+1e-9 || i > 0 && tag.y-tags[i-1].y < gap-1e-9 {
				t.Fatalf("%v", tags)
			}
		}
	})
}

func TestModelsAreToldApart(t *testing.T) {
	seen := map[string]string{}
	for _, name := range models.Names() {
		s := styleOf(name)
		look := fmt.Sprintf("%d %T%v", s.ink, s.shape, s.shape)
		assert.Empty(t, seen[look], name)
		seen[look] = name
	}
	assert.Equal(t, styleOf("a stranger"), styleOf("a stranger"))
}

func TestPercentilesAreApartByWhatLiesBeyond(t *testing.T) {
	v := Curves{Axis: Percentiles, X: "x", Y: "y", Band: []Point{{0, 1, 1, 2}, {90, 2, 1, 3}}, Lines: []Curve{
		{Name: "epoll", Smooth: true, Points: []Point{{0, 1, 1, 1}, {90, 2, 2, 2}, {99, 5, 5, 5}}},
	}}
	place := v.places()
	assert.InDelta(t, 1, place[90], 1e-9)
	assert.InDelta(t, 2, place[99], 1e-9)
	svg, err := v.SVG()
	require.NoError(t, err)
	assert.Contains(t, svg, ">99</text>")
	assert.NotContains(t, svg, ">99.99</text>", "beyond the last point")
	assert.Contains(t, svg, "var(--band)")
	assert.Contains(t, svg, ">epoll</text>", "a curve has its name at its end")
}

func TestStopsAndThoseWithoutEnd(t *testing.T) {
	svg := Stops{Label: "l", Axis: "clients", Lines: []Line{
		{Name: "select", Median: 1015, Value: "1,015", Ink: Two}, {Name: "epoll", Median: 20000, Hollow: true, Ink: Text}, {Name: "none"},
	}}.SVG()
	assert.Contains(t, svg, ">1,015</text>")
	assert.NotContains(t, svg, "NaN")
}
