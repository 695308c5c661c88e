package museum

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Made-up windows: small ones, large ones, and what lies between.
var (
	small = []float64{1, 1.1, 0.9, 1}
	large = []float64{10, 11, 9, 10}
	mixed = []float64{0.95, 1.05, 10, 1}
)

const (
	same     = "By this run the two do not differ"
	reversed = "the other way round than usual"
)

func TestWhyFollowsFromTheNumbers(t *testing.T) {
	none := []float64{0, 0, 0, 0}
	both := [2][]float64{small, large}
	done := checks{made: 40, cpu: 200 * time.Millisecond}
	level := func(n int, v float64) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = v
		}
		return out
	}
	wide := level(runs, 100)
	wide[7], wide[8] = 150, 80
	omitted := func(w, r []float64) Finding {
		return tellOmission(w, r, 200*time.Millisecond, stalled{15000, 16}, stalled{20000, 4100})
	}
	meant := func(w, r []float64) Finding { return tellMean(w, r, large, 100*time.Millisecond, 20000, 2000) }
	pooled := func(w, r []float64) Finding { return tellAveraged(w, r, 200*time.Millisecond, 5) }
	frozen := func(gate string) judgements {
		return judgements{books: small, slowest: none, withheld: map[string]int{gate: windows}, reason: "stalled: here"}
	}
	const window, stop = 3 * time.Second, 1400 * time.Millisecond
	for _, c := range []struct {
		name string
		f    Finding
		why  string
	}{
		{"omission", omitted(small, large), "16 of their 15000 took longer than a tenth of the stall"},
		{"omission, alike", omitted(small, mixed), same},
		{"omission, reversed", omitted(large, small), "shows more than the right one, " + reversed},
		{"mean", meant(large, small), "The mean is 10.0 times the median, yet only 10 % of the 20000 requests"},
		{"mean, alike", meant(small, mixed), same},
		{"averaged", pooled(small, large), "so that 5 % of all requests"},
		{"averaged, alike", pooled(small, small), "chance puts equals. On this machine the mistake does no harm that shows."},
		{"averaged, alike by chance", pooled(mixed, small), "differ by up to 10.5 times, so something else"},
		{"keep-alive", tellKeepAlive(small, large, large, small), "costs the server 10.0 us of CPU, one on a kept connection 1.00 us"},
		{"keep-alive, alike", tellKeepAlive(small, mixed, large, small), same},
		{"port", tellPort(small, large, small), "takes 1.00 us of CPU for both. The rate differs by 10.0 times"},
		{"port, alike", tellPort(mixed, small, small), same},
		{"core", tellCore(small, large, large), "the client took 10.0 % of the time"},
		{"core, reversed", tellCore(large, small, large), "still the pair's and not the server's, for the client took 10.0 %"},
		{"health", tellHealth(large, small, both, done), "40 checks took 5.00 ms of CPU each"},
		{"health, alike", tellHealth(mixed, small, both, done), same},
		{"health, none", tellHealth(large, small, both, checks{}), "there is nothing to compare"},
		{"nagle", tellNagle(large, small, 1), "Two writes with TCP_NODELAY take 1.00 ms"},
		{"nagle, alike", tellNagle(small, small, 1), same},
		{"quota", tellQuota(large, small, both, 20, time.Second), "stopped the server 20 times, for 50.0 ms each"},
		{"quota, alike", tellQuota(small, mixed, both, 20, time.Second), same},
		{"quota, never used up", tellQuota(large, small, both, 0, 0), "The quota was never used up"},
		{"best", tellBest(wide, 1), "1 of these runs came within 1 % of the best one: it tells how lucky the luckiest run was, 50.0 % above"},
		{"best, steady", tellBest(level(runs, 100), 1), same},
		{"rounds", tellThree([]float64{0.9, 1.1, 1.05, 0.95, 1.02, 0.98}, 1), "drawn from 6 measured ratios"},
		{"rounds without any noise", tellThree(level(noise, 1), 1), same},
		{"utilisation", tellUtilisation([]float64{99, 99, 98, 99}, large, large, 100), "99.0 % busy, which looks like a server at its limit"},
		{"utilisation that is right", tellUtilisation([]float64{99, 99, 98, 99}, large, small, 100), "more work for each request takes 90.0 % of it away"},
		{"utilisation that is low", tellUtilisation(large, large, large, 100), "busy for 10.0 % of the time only"},
		{"consecutive", tellConsecutive([]float64{0.8, 1.25, 1}, []float64{1.01, 1, 0.98}, time.Second), "half of these ratios are off by 25.0 % or more"},
		{"consecutive, alike", tellConsecutive([]float64{0.9, 1.1}, []float64{1.1, 0.9}, time.Second), "no order of measuring takes that out"},
		{"short slices", tellShort(small, large, mixed, level(windows, 0.8), level(windows, 1), time.Second), "nobody sleeps, the ratio is 0.8. The loop has no such stages, and beside its equal short slices show 1.00"},
		{"short slices, alike", tellShort(small, mixed, small, small, small, time.Second), same},
		{"freeze", tellFreeze(small, large, frozen(gateSteady), judgements{}, window, stop), `"stalled: here". Of 4 windows with a freeze the gates withhold: 3 (somebody is busy) 0, 4 (the books) 0, 5 (everybody is served) 0, 8 (no lost samples) 0, 9 (steady) 4. Of as many without one: 3 (somebody is busy) 0`},
		{"freeze on a busy machine", tellFreeze(small, large, frozen(gateSteady), frozen(gateSteady), window, stop), "something else keeps this machine busy"},
		{"freeze that is not found", tellFreeze(small, large, frozen(gateBusy), judgements{}, window, stop), "Gate 9 did not find each of these freezes"},
		{"freeze with wrong books", tellFreeze(small, large, frozen(gateBooks), judgements{}, window, stop), "something is wrong with this client"},
		{"client's speed", tellSpeed(large, small, asked{large, large, large}, asked{large, small, small}), "10.0 times a request in place of 1.00"},
		{"client's speed, alike", tellSpeed(mixed, small, asked{large, large, large}, asked{large, small, small}), same},
		{"client's speed, reversed", tellSpeed(small, large, asked{large, small, small}, asked{large, large, large}), "the slower client makes the same server cheaper: 1.00 us a request in place of 10.0"},
		{"single twin", tellTwin(equals(1), 1), "leaves 1 out by chance in 3 of 100 cases"},
		{"single twin without any noise", tellTwin(equals(0), 1), same},
		{"nothing but zeros", tellMean(none, none, none, time.Second, 1, 0), same},
	} {
		assert.Contains(t, c.f.Why, c.why, c.name)
	}
}

func TestFalseAlarms(t *testing.T) {
	ratios := []float64{0.9, 1.1, 1.05, 0.95, 1.02, 0.98}
	three, six, floor := falseAlarms(ratios, 7)
	assert.InDelta(t, 25, three, 5, "all three of three on one side: once in four")
	assert.Less(t, six, 6.0)
	assert.Positive(t, floor)
	again, _, _ := falseAlarms(ratios, 7)
	assert.InDelta(t, three, again, 0, "a seed repeats its draws")
	assert.InDelta(t, 99.76, atLeastOne(25), 0.01)
	assert.Zero(t, atLeastOne(0))
}

func TestBestOfMoreRunsWins(t *testing.T) {
	rates := []float64{100, 110, 120, 130, 140, 150, 160, 170, 180, 190}
	wins := winsByMore(rates, 3)
	assert.Greater(t, wins, 50.0)
	assert.InDelta(t, wins, winsByMore(rates, 3), 0)
	assert.Zero(t, winsByMore([]float64{100, 100.5}, 3))
}

func TestWrite(t *testing.T) {
	f := Finding{
		Wrong: Figure{"what is counted from the send", "ms", []float64{0.12345, 0.1, 0.2, 0.11}},
		Right: Figure{"what is counted from when it was due, which is long enough to need another line", "ms", []float64{190}},
		Also:  []Figure{{"beside it", "replies/s", []float64{123456.7}}},
		Notes: []string{"one CPU only"},
	}.explain(-1, 1, "Because.")
	var out bytes.Buffer
	f.Write(&out)
	assert.Equal(t, `  wrong 0.117 ms (0.1 to 0.2 in 4 windows): what is counted from the send
  right 190 ms: what is counted from when it was due, which is long enough to
        need another line
  also  123,457 replies/s: beside it

  Because.
  Note: one CPU only
`, out.String())

	out.Reset()
	f.Right.Values = []float64{0.15}
	f.explain(-1, 1, "Because.").Write(&out)
	assert.Contains(t, out.String(), `
  By this run the two do not differ: 0.117 ms (0.1 to 0.2 in 4 windows) and 0.15
  ms are no further apart than chance puts equals. But windows of the same
  differ by up to 2.00 times, so something else kept this machine busy: run it
  again when nothing does.
`)
	out.Reset()
	Exhibit{Name: "x", Title: "y", Mistake: "z"}.Write(&out)
	assert.Equal(t, "x: y\n  z\n", out.String())
}

func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 0.01234: "0.0123", 0.99951: "1.00", 9.994: "9.99", 9.996: "10.0", 99.96: "100", 123.4: "123",
		999.6: "1,000", 12345.6: "12,346", 1234567: "1,234,567", -123456: "-123,456", -1234.5: "-1,234",
	} {
		assert.Equal(t, want, number(x))
	}
}

func TestApart(t *testing.T) {
	figure := func(x ...float64) Figure { return Figure{Values: x} }
	assert.Equal(t, 1, apart(figure(5, 6), figure(3, 4), 1))
	assert.Equal(t, -1, apart(figure(3, 4), figure(5, 6), 1))
	assert.Zero(t, apart(figure(3, 5), figure(4, 6), 1))
	assert.Zero(t, apart(figure(5, 6), figure(3, 4), 1.5), "not by so much")
}
