package claims

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/stats"
)

func TestNumbersAreReadable(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 1: "1", 1.2345: "1.23", 123.4: "123", 1023: "1,023", 10000: "10,000", -2e-7: "-2e-07", math.Inf(1): "-",
	} {
		assert.Equal(t, want, Number(x))
	}
}

func TestMeasuredHasAnIntervalWhereThereIsOne(t *testing.T) {
	f := Finding{Figure: Figure{Estimate: stats.Estimate{Median: 2, Low: 1, High: 3000, Rounds: 6}}}
	assert.Equal(t, "2 (1 to 3,000)", f.Measured())
	f.Low, f.High = 2, 2
	assert.Equal(t, "2", f.Measured())
	assert.Equal(t, "-", Finding{}.Measured())
}
