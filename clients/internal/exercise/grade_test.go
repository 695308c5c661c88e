package exercise

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"c10klab/clients/internal/result"
	"c10klab/docs/labs"
)

var slower = []float64{1.5, 1.4, 1.6, 1.5, 1.5, 1.5}

func states(g Grade) (s []State) {
	for _, i := range g.Items {
		s = append(s, i.State)
	}
	return s
}

// grade grades answers that stood before the run.
func grade(t *testing.T, e Exercise, text string, r result.Run) Grade {
	a := answers(t, e, text)
	return e.Grade(a, r, a.Committed(e.Sheet), e.Sheet.Questions)
}

func TestRightAndWrong(t *testing.T) {
	e := madeUp(t)
	g := grade(t, e, right, run(slower...))
	assert.Equal(t, []State{Right, Right, Right, Right}, states(g))
	assert.Equal(t, []int{10, 10, 10}, []int{g.Right, g.Decided, g.Points})
	assert.True(t, g.Passed())
	assert.Empty(t, g.Note)
	assert.Equal(t, "epoll < poll < thread: epoll 1, poll 1.5, thread 2", g.Items[2].Measured)

	g = grade(t, e, "exercise: 7\nsure: no\nwhich: accept\norder: [poll, epoll, thread]\nslope: 9\n", run(slower...))
	assert.Equal(t, []State{Wrong, Wrong, Wrong, Wrong}, states(g))
	assert.Zero(t, g.Right)
	assert.True(t, g.Gradable())
	assert.False(t, g.Passed())

	g = grade(t, e, "exercise: 7\nsure: yes\n", run(slower...))
	assert.Equal(t, []State{Right, Unanswered, Unanswered, Unanswered}, states(g))
	assert.InDelta(t, 0.1, g.Score(), 1e-9)
}

func TestTiesAcceptEitherOrder(t *testing.T) {
	e := madeUp(t)
	tied := run(1.001, 0.999, 1, 1, 1, 1)
	for order, want := range map[string]State{"epoll, poll, thread": Right, "poll, epoll, thread": Right, "poll, thread, epoll": Wrong} {
		g := grade(t, e, "exercise: 7\norder: "+order, tied)
		assert.Equal(t, want, g.Items[2].State, order)
	}
}

// What a gate withheld, what the machine can't do, what was not measured and what is noise is undecided, and counts neither way.
func TestUndecidedCountsNeitherWay(t *testing.T) {
	e := madeUp(t)
	r := run(slower...)
	for i := range r.Records {
		if r.Records[i].Model == "poll" {
			r.Records[i].Outcome, r.Records[i].Reason = result.Withheld, "stalled: for 1 s"
		}
	}
	g := grade(t, e, right, r)
	assert.Equal(t, []State{Right, Right, NoVerdict, NoVerdict}, states(g))
	assert.Equal(t, []int{3, 3, 10}, []int{g.Right, g.Decided, g.Points})
	assert.False(t, g.Gradable(), "3 of 10 points")
	assert.False(t, g.Passed())
	assert.Contains(t, g.Items[3].Why, "withheld: stalled: for 1 s")

	wide := grade(t, e, right, run(0.1, 1, 1, 1, 1, 9))
	assert.Equal(t, NoVerdict, wide.Items[3].State)
	assert.Contains(t, wide.Items[3].Why, "wider than a factor of 2")
	short := grade(t, e, right, run(1.5, 1.5))
	assert.Contains(t, short.Items[3].Why, "too few rounds for an interval: 2 of 6")
}

func TestAnswersAfterTheFactScoreNothing(t *testing.T) {
	e := madeUp(t)
	before := answers(t, e, strings.Replace(right, "slope: 1.5", "slope: 9", 1)).Committed(e.Sheet)
	g := e.Grade(answers(t, e, right), run(slower...), before, e.Sheet.Questions)
	assert.Equal(t, []State{Right, Right, Right, Late}, states(g))
	assert.Equal(t, []int{6, 10}, []int{g.Right, g.Decided})
	g = e.Grade(answers(t, e, right), run(slower...), nil, e.Sheet.Questions)
	assert.Contains(t, g.Note, "it can't be told")
	assert.Equal(t, 10, g.Right)
}

func TestOneQuestionAlone(t *testing.T) {
	e := madeUp(t)
	one, err := e.Sole("which")
	require.NoError(t, err)
	a := answers(t, e, right)
	g := e.Grade(a, run(slower...), a.Committed(e.Sheet), one)
	assert.Equal(t, []int{2, 2, 2}, []int{g.Right, g.Decided, g.Points})
	_, err = e.Sole("witch")
	assert.EqualError(t, err, `exercise 7 has no question "witch": choose from sure, which, order, slope`)
}

func TestFormats(t *testing.T) {
	e := madeUp(t)
	g := grade(t, e, strings.Replace(right, "read", "accept", 1), run(0.1, 1, 1, 1, 1, 9)) // right, wrong, and two undecided
	written := func(format string) string {
		var b bytes.Buffer
		require.NoError(t, g.Write(&b, format))
		return b.String()
	}
	var plain Marks
	require.NoError(t, json.Unmarshal([]byte(written("json")), &plain))
	assert.Equal(t, []State{Right, Wrong}, []State{plain.Questions[0].State, plain.Questions[1].State})
	assert.Equal(t, 10, plain.Points)

	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	require.NoError(t, xml.Unmarshal([]byte(written("junit")), &suite))
	assert.Equal(t, [3]int{4, 1, g.count(NoVerdict)}, [3]int{suite.Tests, suite.Failures, suite.Skipped})

	var scope struct {
		Score float64
		Tests []struct {
			Status   string
			MaxScore float64 `json:"max_score"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(written("gradescope")), &scope))
	assert.Equal(t, "passed", scope.Tests[0].Status)
	assert.Equal(t, "failed", scope.Tests[1].Status)

	assert.Regexp(t, `(?m)^ 2 which +accept +read +wrong +0/2$`, written("text"))
	assert.Contains(t, written("text"), "epoll = poll = thread (but epoll < thread)")
	assert.ErrorContains(t, g.Write(&bytes.Buffer{}, "xls"), "choose from text, json, junit, gradescope")
}

func TestHintsAreShownOncePassed(t *testing.T) {
	e := madeUp(t)
	var passed, failed bytes.Buffer
	require.NoError(t, grade(t, e, right, run(slower...)).WriteText(&passed))
	require.NoError(t, grade(t, e, "exercise: 7\nsure: no\n", run(slower...)).WriteText(&failed))
	assert.Contains(t, passed.String(), "1 sure: h3")
	assert.Contains(t, passed.String(), "What you know now: something.")
	assert.NotContains(t, failed.String(), "h3")
	var b bytes.Buffer
	e.WriteHints(&b, e.Sheet.Questions[:1], 2)
	assert.Equal(t, "sure, hint 2 of 3: h2\n\nMore: lab exercise hint -n 3\n", b.String())
}

// A number is right within the tolerance of the interval's ends, and what lies in the interval always is.
func TestNumbersWithinTheTolerance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Float64Range(-1e3, 1e6).Draw(t, "lo")
		truth := Truth{Lo: lo, Hi: lo + rapid.Float64Range(0, 1e6).Draw(t, "width")}
		q := labs.Question{Kind: labs.Number, Tolerance: rapid.Float64Range(1, 5).Draw(t, "tolerance")}
		low, high := truth.accepted(q.Tolerance)
		assert.LessOrEqual(t, low, truth.Lo)
		assert.GreaterOrEqual(t, high, truth.Hi)
		assert.True(t, truth.right(q, Answer{Number: truth.Lo}))
		assert.False(t, truth.right(q, Answer{Number: high + 1 + high*1e-9}))
		assert.False(t, truth.right(q, Answer{Number: low - 1 + low*1e-9}) && low > 0)
	})
}

// An order is right if no firm pair stands the wrong way round, whatever the tied ones do.
func TestOrdersRespectFirmPairs(t *testing.T) {
	names := []string{"a", "b", "c", "d"}
	rapid.Check(t, func(t *rapid.T) {
		truth := Truth{Order: rapid.Permutation(names).Draw(t, "truth")}
		for i, a := range truth.Order {
			for _, b := range truth.Order[i+1:] {
				if rapid.Bool().Draw(t, fmt.Sprint(a, b)) {
					truth.Firm = append(truth.Firm, [2]string{a, b})
				}
			}
		}
		q := labs.Question{Kind: labs.Order}
		assert.True(t, truth.right(q, Answer{Order: truth.Order}))
		backwards := slices.Clone(truth.Order)
		slices.Reverse(backwards)
		assert.Equal(t, len(truth.Firm) == 0, truth.right(q, Answer{Order: backwards}))
	})
}

func TestAVoidRunDecidesNothing(t *testing.T) {
	e := madeUp(t)
	said := NewRun(run(slower...))
	require.Equal(t, Right, e.item(e.Sheet.Questions[0], answers(t, e, right), said).State)
	said.void = "void: a planted effect went unseen"
	i := e.item(e.Sheet.Questions[0], answers(t, e, right), said)
	assert.Equal(t, NoVerdict, i.State)
	assert.Equal(t, "undecided", string(i.State))
	assert.Equal(t, "the run is void: a planted effect went unseen", i.Why)
}
