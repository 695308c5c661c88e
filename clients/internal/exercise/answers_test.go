package exercise

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDamagedAnswers(t *testing.T) {
	e := madeUp(t)
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key":       {"sure: yes", "shure: yes", "line 3: shure is no question of this exercise"},
		"key twice":         {"which: read", "sure: no", "line 4: sure stands there twice"},
		"no yes or no":      {"sure: yes", "sure: maybe", `line 3: sure: "maybe" is no answer: want yes or no`},
		"no choice":         {"which: read", "which: write", `line 4: which: "write" is no answer: want one of: read, accept`},
		"a list for one":    {"which: read", "which: [read]", "line 4: which: want one answer"},
		"a map for one":     {"which: read", "which: {read: 1}", "line 4: which: want one answer"},
		"not in the order":  {"thread]", "select]", `line 5: order: "select" is none of them`},
		"twice in order":    {"thread]", "poll]", "line 5: order: poll stands there twice"},
		"order too short":   {", thread]", "]", "line 5: order: 2 of 3 are there"},
		"order of lists":    {"thread]", "[thread]]", "want a plain list of words"},
		"order as a map":    {"[epoll, poll, thread]", "{a: b}", "line 5: order: want a list"},
		"no number":         {"slope: 1.5", "slope: 1.5 ns", `line 6: slope: "1.5 ns" is no number: want ns, within a factor of 2`},
		"NaN":               {"slope: 1.5", "slope: .nan", "is no number"},
		"NaN, plain":        {"slope: 1.5", "slope: NaN", "is no number"},
		"infinite":          {"slope: 1.5", "slope: inf", "inf is out of range: want 0 to 1e+15"},
		"too large":         {"slope: 1.5", "slope: 1e400", "1e400 is out of range"},
		"negative":          {"slope: 1.5", "slope: -1", "line 6: slope: -1 is out of range"},
		"another exercise":  {"exercise: 7", "exercise: 2", `line 1: exercise: "2": these answers are of another exercise than 7`},
		"no exercise":       {"exercise: 7\n", "", "want exercise: 7"},
		"a list of names":   {"who: Ada", "who: [Ada, Bob]", "line 2: who: want a name in one line"},
		"a name in lines":   {"who: Ada", `who: "Ada\nBob"`, "line 2: who: want a name in one line"},
		"an anchor":         {"sure: yes", "sure: &a yes", "line 3: sure: write the answer itself, without & and *"},
		"no YAML":           {"which: read", "which: [read", "line "},
		"no mapping":        {right, "- a\n- b\n", "line 1: want lines such as NAME: ANSWER"},
		"a second document": {"slope: 1.5", "slope: 1.5\n---\nsure: no", "a second document begins"},
		"tabs":              {"sure: yes", "\tsure: yes", "line 2: found a tab"},
		"no text":           {"Ada", "\x00\x01", "control characters are not allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, right, c.old)
			_, err := ParseAnswers([]byte(strings.Replace(right, c.old, c.new, 1)), e.Sheet)
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "\n", "one line for one mistake")
		})
	}
	_, err := ParseAnswers([]byte("sure: maybe\nwhich: write\n"), e.Sheet)
	assert.Len(t, strings.Split(err.Error(), "\n"), 2, "a line for each mistake")
}

func TestUnansweredIsSaidInOneLine(t *testing.T) {
	e := madeUp(t)
	for text, want := range map[string]string{
		"":                           "unanswered: who, sure, which, order, slope",
		"# nothing":                  "unanswered: who, sure, which, order, slope",
		"~":                          "unanswered: who, sure, which, order, slope",
		Template(e.Sheet):            "unanswered: who (line 5), sure (line 10), which (line 15), order (line 18), slope (line 21)",
		right + "":                   "",
		"exercise: 7\nsure: yes\n":   "unanswered: who, which, order, slope",
		"exercise: 7\nwho: ' '\n":    "unanswered: who (line 2), sure, which, order, slope",
		"exercise: 7\norder: []\n":   "unanswered: who, sure, which, order (line 2), slope",
		"exercise: 7\nslope: \"\"\n": "unanswered: who, sure, which, order, slope (line 2)",
	} {
		a, err := ParseAnswers([]byte(text), e.Sheet)
		if err != nil {
			assert.ErrorContains(t, err, "these are answers of no exercise", text)
		}
		if err := a.Complete(e.Sheet); want == "" {
			assert.NoError(t, err)
		} else {
			assert.EqualError(t, err, want, text)
		}
	}
}

func TestAnswersFile(t *testing.T) {
	e, dir := madeUp(t), t.TempDir()
	_, err := ReadAnswers(dir, e.Sheet)
	assert.ErrorContains(t, err, "no such file")
	path := filepath.Join(dir, AnswersFile)
	require.NoError(t, os.WriteFile(path, []byte("exercise: 7\nsure: maybe\n"), 0o600))
	_, err = ReadAnswers(dir, e.Sheet)
	assert.ErrorContains(t, err, path+": line 2: ")
	require.NoError(t, os.WriteFile(path, make([]byte, largest+1), 0o600))
	_, err = ReadAnswers(dir, e.Sheet)
	assert.ErrorContains(t, err, "larger than 64 KiB")
}

// However the same answers are written, they are the same: the order of keys, of spaces and capitals, how a number is written.
func TestSameAnswersHaveTheSameHash(t *testing.T) {
	e := madeUp(t)
	want := answers(t, e, right).Committed(e.Sheet)
	lines := [][]string{
		{"exercise: 7", "exercise: '7'"},
		{"who: Ada", "who: Grace", "who: \"Ada \""},
		{"sure: yes", "sure: Yes", "sure: true", "sure:   y # really"},
		{"which: read", "which: READ", "'which': \"read\""},
		{"order: [epoll, poll, thread]", "order: epoll, poll,thread", "order:\n  - epoll\n  - Poll\n  - thread"},
		{"slope: 1.5", "slope: 1.50", "slope: 15e-1", "slope: '1.5'"},
	}
	rapid.Check(t, func(t *rapid.T) {
		var text []string
		for _, i := range rapid.Permutation([]int{0, 1, 2, 3, 4, 5}).Draw(t, "order") {
			text = append(text, rapid.SampledFrom(lines[i]).Draw(t, "line"))
		}
		a, err := ParseAnswers([]byte(strings.Join(text, "\n")), e.Sheet)
		require.NoError(t, err)
		assert.Equal(t, want, a.Committed(e.Sheet))
	})
	changed := answers(t, e, strings.Replace(right, "1.5", "1.6", 1)).Committed(e.Sheet)
	assert.NotEqual(t, want.Answers, changed.Answers)
	for id := range want.Each {
		assert.Equal(t, id != "slope", want.Each[id] == changed.Each[id], id)
	}
}

// Whatever stands in the file, the answer is an error or answers, and never a crash.
func TestAnyTextIsReadOrRefused(t *testing.T) {
	e := madeUp(t)
	rapid.Check(t, func(t *rapid.T) {
		text := right
		for range rapid.IntRange(1, 4).Draw(t, "edits") {
			at := rapid.IntRange(0, len(text)).Draw(t, "at")
			text = text[:at] + rapid.StringOfN(rapid.SampledFrom([]rune(":-[]{}&*!|>'\"%@`#,? \n\tab1\x00")), 0, 6, -1).Draw(t, "insert") + text[at:]
		}
		_, err := ParseAnswers([]byte(text), e.Sheet)
		if err != nil {
			assert.NotEmpty(t, err.Error())
		}
	})
}
