package claims

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
)

// inC adds six rounds of a yardstick, which the manifest then names.
func (w *world) inC(name, model string, c cell, ratio, cpu float64) *world {
	if len(w.run.Manifest.Services) == 0 {
		w.run.Manifest.Services = []result.Participant{{Service: target.Service{Name: "epoll", Model: "epoll"}}}
	}
	w.run.Manifest.Services = append(w.run.Manifest.Services, result.Participant{Service: target.Service{Name: name, Model: name, Yardstick: model}})
	return w.shows(name, c, ratio, cpu)
}

// told is what a run says of a claim.
func told(t *testing.T, run result.Run, id string) Entry {
	t.Helper()
	ledger := Ledger(run)
	i := slices.IndexFunc(ledger, func(e Entry) bool { return e.ID == id })
	require.GreaterOrEqual(t, i, 0, id)
	return ledger[i]
}

func TestYardsticksThatAgreeMakeItTheMechanism(t *testing.T) {
	w := quiet().shows("thread", thousand, 0.5, 2).inC("c-thread", "thread", thousand, 0.6, 2).inC("c-epoll", "epoll", thousand, 1.2, 1)
	e := told(t, w.run, "switching-costs")
	assert.Equal(t, Confirmed, e.Verdict)
	assert.Equal(t, Mechanism, e.Scope)
	assert.Equal(t, "the mechanism", e.Speaks())
	require.NotNil(t, e.InC)
	assert.True(t, e.InC.Agrees)
	assert.InDelta(t, 2, e.InC.Findings[0].Median, 1e-9, "epoll in C over threads in C, not over epoll in Go")
	assert.NotContains(t, e.Sentence(), "in C")
}

func TestYardsticksThatDifferAreToldBeside(t *testing.T) {
	w := quiet().shows("thread", thousand, 0.5, 2).inC("c-thread", "thread", thousand, 1.5, 2).inC("c-epoll", "epoll", thousand, 1.2, 1)
	e := told(t, w.run, "switching-costs")
	assert.Equal(t, Confirmed, e.Verdict, "the verdict is that of the services")
	assert.Equal(t, InGo, e.Scope)
	assert.Equal(t, "in Go; in C: refuted", e.Speaks())
	assert.Contains(t, e.Sentence(), "(That is in Go; in C: refuted.)")

	var b strings.Builder
	WriteLedger(&b, []Entry{e})
	assert.Contains(t, b.String(), "switching-costs: confirmed (in Go; in C: refuted)\n")
	assert.Contains(t, b.String(), "\n      in C: 0.8 (0.8 to 0.8), refuted\n")
	narrow(t, b.String())
}

func TestWithoutYardsticksItIsInGo(t *testing.T) {
	e := told(t, quiet().shows("thread", thousand, 0.5, 2).run, "switching-costs")
	assert.Equal(t, InGo, e.Scope)
	assert.Nil(t, e.InC)
	assert.Equal(t, "in Go", e.Speaks())
}

func TestYardsticksSayNothingOfWhatTheyWereNotPutTo(t *testing.T) {
	w := quiet().shows("thread", thousand, 0.5, 2).inC("c-thread", "thread", thousand, 0.6, 2)
	assert.Nil(t, told(t, w.run, "epoll-flat").InC)
	assert.Nil(t, told(t, w.run, "threads-cheaper").InC)
	assert.Len(t, told(t, w.run, "uring-faster").InC.Findings, 2)
	assert.Equal(t, 1, told(t, w.run, "uring-faster").InC.Tests())
}

func TestYardstickAloneDecidesNothing(t *testing.T) {
	w := quiet().shows("thread", thousand, 0.5, 2).inC("c-thread", "thread", thousand, 0.6, 2)
	e := told(t, w.run, "switching-costs")
	assert.Equal(t, Confirmed, e.Verdict)
	assert.Equal(t, "in Go; in C: inconclusive", e.Speaks())
	assert.Contains(t, e.InC.Findings[0].Why, "was not measured")
	assert.NotContains(t, e.Sentence(), "in C")
}

// A pool has no yardstick: so some of the tests are of Go alone, and the scope says so even where C agrees.
func TestSomeTestsHaveYardsticks(t *testing.T) {
	w := quiet().shows("epoll", visits, 1, 1).shows("iterative", visits, 1, 0.8).shows("process", visits, 0.1, 50).shows("prefork", visits, 1, 1).shows("thread", visits, 1, 1.4)
	w.inC("c-iterative", "iterative", visits, 1, 0.7).inC("c-fork", "process", visits, 0.2, 4.7).inC("c-thread", "thread", visits, 1, 1.4)
	e := told(t, w.run, "process-costs")
	assert.Equal(t, Confirmed, e.Verdict)
	assert.Equal(t, Smaller, e.InC.Verdict, "a fork costs 3.4 times a thread, and not 10")
	assert.Equal(t, "in Go; in C, by 2 of 4 tests: confirmed, smaller", e.Speaks())
	assert.Equal(t, 2, e.InC.Tests())
	assert.Empty(t, e.InC.Findings[0].Verdict)

	cheaper := told(t, w.run, "threads-cheaper")
	assert.Equal(t, Confirmed, cheaper.InC.Findings[0].Verdict)
}

// What yardsticks show changes nothing of what is said of the services, nor of their noise.
func TestYardsticksAreNoContenders(t *testing.T) {
	without := quiet().shows("thread", thousand, 0.5, 2)
	with := quiet().shows("thread", thousand, 0.5, 2).inC("c-thread", "thread", thousand, 3, 9).inC("c-epoll", "epoll", thousand, 0.1, 1)
	a, b := Ledger(without.run), Ledger(with.run)
	for i := range a {
		assert.Equal(t, a[i].Findings, b[i].Findings, a[i].ID)
		assert.Equal(t, a[i].Verdict, b[i].Verdict, a[i].ID)
	}
}

func TestWhichYardsticksAreNeeded(t *testing.T) {
	for _, model := range []string{"thread", "epoll", "proactor"} {
		assert.True(t, Yardstick("thousand", model), model)
	}
	for _, model := range []string{"iterative", "process", "thread"} {
		assert.True(t, Yardstick("churn", model), model)
	}
	assert.True(t, Yardstick("herd", "epoll"))
	assert.True(t, Yardstick("latency", "proactor"))
	assert.False(t, Yardstick("throughput", "epoll"), "no claim about 64 clients is of a mechanism that has one")
	assert.False(t, Yardstick("churn", "epoll"), "processes and threads are compared with each other")
	assert.False(t, Yardstick("second", "iterative"), "a question to one service alone")
	assert.False(t, Yardstick("thousand", "epolledge"))
}

func TestClaimSaysWhatItsVerdictCanSpeakOf(t *testing.T) {
	asks := func(id string) string {
		c, _ := Find(id)
		return c.Asks()
	}
	assert.Equal(t, "in Go; the mechanism, where the yardsticks in C agree", asks("uring-faster"))
	assert.Equal(t, "in Go; 2 of 4 tests are put to yardsticks in C, too", asks("process-costs"))
	assert.Equal(t, "in Go", asks("pool-beats-spawn"))
	assert.Equal(t, "the mechanism", asks("regular-file"))
}

// There is a program for each mechanism that claims count on, and no other.
func TestMechanismsAreThoseOfTheYardsticks(t *testing.T) {
	list, err := target.Load(t.Context(), "../../../compose.yaml")
	require.NoError(t, err)
	var have []string
	for _, y := range list.Yardsticks {
		have = append(have, y.Yardstick)
	}
	assert.ElementsMatch(t, mechanisms, have)
}
