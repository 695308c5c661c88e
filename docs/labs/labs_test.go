package labs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// sheet is one in the fixed form, with these questions.
func sheet(questions string) string {
	var b strings.Builder
	b.WriteString("# 7. A test\n\nProse.\n")
	for _, h := range Headings {
		b.WriteString("\n## " + h + "\n\nText.\n")
		if h == "Predict" {
			b.WriteString("\n" + questions)
		}
	}
	return b.String()
}

const four = "1. **a** (1 point, yes or no) Is it?\n" +
	"2. **b-c** (2 points, one of these) Which,\n   of them?\n   - `x`: the one\n   - `y`: the\n     other\n" +
	"3. **d** (3 points, in order) Order.\n   - `m`\n   - `n`\n" +
	"4. **e** (2 points, ns, within a factor of 2.5) How many?\n"

func TestParse(t *testing.T) {
	s, err := Parse("07-a-test.md", sheet(four))
	require.NoError(t, err)
	assert.Equal(t, "07-a-test", s.ID())
	assert.Equal(t, "A test", s.Title)
	assert.Equal(t, 8, s.Points())
	assert.Equal(t, "Text.", s.Situation())
	assert.Equal(t, []Question{
		{ID: "a", Text: "Is it?", Kind: YesNo, Points: 1},
		{ID: "b-c", Text: "Which, of them?", Kind: Choice, Points: 2, Choices: []Option{{"x", "the one"}, {"y", "the other"}}},
		{ID: "d", Text: "Order.", Kind: Order, Points: 3, Choices: []Option{{Word: "m"}, {Word: "n"}}},
		{ID: "e", Text: "How many?", Kind: Number, Points: 2, Unit: "ns", Tolerance: 2.5},
	}, s.Questions)
	assert.Equal(t, "ns, within a factor of 2.5", s.Questions[3].Form())
}

func TestWhatIsNotInTheFormIsNamedWithItsLine(t *testing.T) {
	for name, c := range map[string]struct{ file, old, new, want string }{
		"name of the file":    {"seven.md", "", "", "seven.md: want a name such as"},
		"title":               {"", "# 7. A test", "# A test", "07-a-test.md:1: want the title first"},
		"title's number":      {"", "# 7. A test", "# 8. A test", "want the title first: # 7. TITLE"},
		"heading":             {"", "## Explain", "## Explained", "its headings are"},
		"empty part":          {"", "## Run\n\nText.", "## Run\n\n", `nothing stands under "Run"`},
		"no points":           {"", "**a** (1 point, yes or no)", "**a** (yes or no)", ":17: want a question as"},
		"no point":            {"", "(1 point,", "(0 points,", "want a point at least"},
		"kind":                {"", "one of these", "one of them", `"one of them" is no kind`},
		"number":              {"", "2. **b-c**", "3. **b-c**", "question 3: the next number is 2"},
		"twice":               {"", "**d**", "**a**", `the name "a" is taken`},
		"reserved":            {"", "**d**", "**who**", `the name "who" is taken`},
		"factor":              {"", "factor of 2.5", "factor of 0.5", "a factor is 1 or more"},
		"choice":              {"", "- `x`: the one", "- x: the one", "want a choice as"},
		"same choice":         {"", "- `m`", "- `n`", "question d: a choice stands there twice"},
		"no choices":          {"", "   - `m`\n   - `n`\n", "", "question d: in order, with 0 choices"},
		"choices of a number": {"", "How many?\n", "How many?\n   - `m`\n", "question e: number, with 1 choices"},
		"too few":             {"", "4. **e** (2 points, ns, within a factor of 2.5) How many?\n", "", "3 questions, want 4 to 8"},
	} {
		t.Run(name, func(t *testing.T) {
			file := c.file
			if file == "" {
				file = "07-a-test.md"
			}
			text := sheet(four)
			require.Contains(t, text, c.old)
			_, err := Parse(file, strings.Replace(text, c.old, c.new, 1))
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestTwoSheetsOfOneNumber(t *testing.T) {
	text := &fstest.MapFile{Data: []byte(sheet(four))}
	_, err := All(fstest.MapFS{"07-a.md": text, "07-b.md": text, "README.md": text})
	assert.EqualError(t, err, "07-b.md: 07-a.md has the number 7, too")
}

func TestFind(t *testing.T) {
	for _, which := range []string{"2", "02", "one-at-a-time", "02-one-at-a-time", "02-one-at-a-time.md"} {
		s, err := Find(which)
		require.NoError(t, err, which)
		assert.Equal(t, 2, s.Number)
	}
	_, err := Find("99")
	assert.ErrorContains(t, err, `no exercise "99": choose from 01-calls-on-paper`)
}

// Every sheet is in the fixed form, stands in the list of README.md, and names files and regions that are there.
func TestSheets(t *testing.T) {
	sheets, err := Sheets()
	require.NoError(t, err)
	require.NotEmpty(t, sheets)
	list, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, s := range sheets {
		assert.Contains(t, string(list), "["+s.Title+"]("+s.File+")", "README.md lists every sheet")
		assert.NotEmpty(t, Places(s.Part("Read")), "%s: what to read is a file of services/", s.File)
		for _, p := range Places(s.Text) {
			text, err := os.ReadFile(filepath.Join(root, p.Path))
			if !assert.NoError(t, err, s.File) {
				continue
			}
			for _, r := range p.Regions {
				assert.Contains(t, string(text), "// #region "+r+"\n", "%s: %s", s.File, p.Path)
			}
		}
	}
}

func TestPlaces(t *testing.T) {
	assert.Equal(t, []Place{
		{"services/select/main.go", []string{"wait", "accept"}},
		{"services/epoll/main.go", []string{"wait"}},
		{"services/select/sets.go", nil},
	}, Places("[services/select/main.go](../../services/select/main.go), regions `wait` and `accept`: x; services/epoll/main.go, region wait; services/select/sets.go."))
}
