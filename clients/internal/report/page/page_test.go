package page

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/report"
	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

func written(t *testing.T, m *madeup.Run) string {
	var b bytes.Buffer
	require.NoError(t, Write(&b, report.Summarise(m.Run)))
	return b.String()
}

var once = sync.OnceValues(func() (string, error) {
	var b bytes.Buffer
	err := Write(&b, report.Summarise(madeup.Full().Run))
	return b.String(), err
})

// full is the page of a run with everything that can be drawn.
func full(t *testing.T) string {
	text, err := once()
	require.NoError(t, err)
	return text
}

// elements returns all elements of that name.
func elements(t *testing.T, page, name string) (found []*html.Node) {
	root, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (n.Data == name || name == "") {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// A parser mends what is wrong; so the tags are counted, too.
func TestIsWellFormed(t *testing.T) {
	page := full(t)
	void := []string{"meta", "br", "hr", "img", "input", "link", "path", "rect"}
	var open []string
	tokens := html.NewTokenizer(strings.NewReader(page))
	for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
		name, _ := tokens.TagName()
		switch tag := string(name); {
		case kind == html.StartTagToken && !slices.Contains(void, tag):
			open = append(open, tag)
		case kind == html.EndTagToken:
			require.NotEmpty(t, open, "</%s>", tag)
			require.Equal(t, open[len(open)-1], tag, "is closed")
			open = open[:len(open)-1]
		}
	}
	assert.Empty(t, open)
	ids := map[string]bool{}
	for _, n := range elements(t, page, "") {
		if id := attribute(n, "id"); id != "" {
			assert.False(t, ids[id], "the id %s twice", id)
			ids[id] = true
		}
	}
	for _, a := range elements(t, page, "a") {
		assert.True(t, ids[strings.TrimPrefix(attribute(a, "href"), "#")], attribute(a, "href"))
	}
}

func TestLoadsNothing(t *testing.T) {
	page := full(t)
	assert.NotRegexp(t, `(?i)https?://|//[a-z]|@import|url\(|<script|<link|<iframe|<img`, page)
	for _, n := range elements(t, page, "") {
		assert.Empty(t, attribute(n, "src"))
		if href := attribute(n, "href"); href != "" {
			assert.True(t, strings.HasPrefix(href, "#"), href)
		}
	}
}

func TestHasEachModelAndEachPlot(t *testing.T) {
	page := full(t)
	var rows []string
	for _, n := range elements(t, page, "tr") {
		rows = append(rows, words(n))
	}
	drawn := map[string]string{}
	for _, n := range elements(t, page, "figure") {
		drawn[attribute(n, "id")] = words(n)
		assert.Regexp(t, "ax[ie]s", words(n), "a caption says what the axes are")
	}
	for _, name := range models.Names() {
		assert.True(t, slices.ContainsFunc(rows, func(row string) bool { return strings.HasPrefix(row, name+" ") }), name)
		for _, plot := range []string{"rate", "cpu", "response"} {
			assert.Contains(t, drawn[plot], " "+name+" ", plot)
		}
	}
	for plot, models := range map[string][]string{
		"thousand-plot":  {"thread", "epolledge", "proactor"},
		"herd-response":  {"polling", "select", "poll", "epoll", "epolledge"},
		"herd-cpu":       {"polling", "select", "poll", "epoll", "epolledge"},
		"memory":         {"process", "crew", "hybrid"},
		"scale-plot":     {"thread", "crew", "proactor", "select at 10,000, stops at 1,015"},
		"herd-spent":     {"polling", "select", "poll", "epoll", "epolledge"},
		"cliffs":         {"1,015", "3,987 EAGAIN", "19,990 EMFILE", "epoll", "over 20,000"},
		"percentiles-1":  {"blocking", "thread", "99", "proactor", "epoll"},
		"capacity-curve": {"epoll", "thread", "goroutine", "requests a second, offered", "p99"},
		"churn-8-visits-visits--connect--one-request--reset-plot": {"CPU", "process", "epoll"},
	} {
		for _, name := range models {
			assert.Contains(t, drawn[plot], name, plot)
		}
	}
	assert.NotContains(t, page, "for want of figures")
	assert.NotContains(t, page, "NaN")
	assert.NotContains(t, page, "#C10C", "an ink without a colour")
}

func TestEveryColourIsInTheStyleSheet(t *testing.T) {
	light, dark, found := strings.Cut(style, "prefers-color-scheme: dark")
	require.True(t, found)
	for _, m := range regexp.MustCompile(`var\(--([\w-]+)\)`).FindAllStringSubmatch(full(t), -1) {
		assert.Contains(t, light, "--"+m[1]+": ")
		assert.Contains(t, dark, "--"+m[1]+": ")
	}
}

func TestTheSameResultsGiveTheSameBytes(t *testing.T) {
	assert.Equal(t, full(t), written(t, madeup.Full()))
}

func TestWhatIsLackingIsSaid(t *testing.T) {
	m := madeup.New("epoll", "thread")
	m.Add("thread", "throughput", func(r *result.Record) { r.Outcome, r.Reason = result.Withheld, "it waits in <select>" }, 1)
	m.Run.Manifest.Complete = false
	m.Run.Problems = []string{"results.jsonl: line 9 is cut off"}
	page := written(t, m)
	assert.Empty(t, elements(t, page, "figure"))
	for _, title := range []string{
		"Rate with 64 clients", "CPU for a request, with 64 clients", "Response time of one client", "Rate with 1,000 clients",
		"Response time beside idle connections", "CPU for a request beside idle connections", "Where each model stops",
		"Percentiles of response times", "Latency against load", "CPU that an idle connection adds", "Memory of an idle connection", "Rate as clients grow in number",
	} {
		assert.Contains(t, page, "<li>"+title+" (")
	}
	assert.Contains(t, page, "withheld: it waits in &lt;select&gt;.")
	assert.Contains(t, page, "The run was interrupted")
	assert.Contains(t, page, "line 9 is cut off")
}

func TestFewRoundsAreDrawnHollow(t *testing.T) {
	m := madeup.New("epoll", "thread").Add("epoll", "throughput", nil, 1, 1).Add("thread", "throughput", nil, 0.5, 0.5)
	for _, n := range elements(t, written(t, m), "figure") {
		assert.Contains(t, words(n), "?")
		assert.NotContains(t, words(n), "=  ")
	}
}

func TestEmptyRun(t *testing.T) {
	assert.Contains(t, written(t, madeup.New("epoll")), "Left out, for want of figures")
	assert.NotContains(t, written(t, madeup.New()), "NaN")
}

func TestNamesFromOutsideStayText(t *testing.T) {
	m := madeup.New("epoll", "<script>x").Add("<script>x", "throughput", nil, 0.5).Add("<script>x", "latency", nil, 0.5)
	assert.Empty(t, elements(t, written(t, m), "script"))
}

func TestEachPlotHasItsTable(t *testing.T) {
	for _, f := range elements(t, full(t), "figure") {
		rows := 0
		for n := range f.Descendants() {
			if n.Type == html.ElementNode && n.Data == "tr" {
				rows++
			}
		}
		assert.Greater(t, rows, 1, attribute(f, "id"))
	}
}

func TestClaimsAreShown(t *testing.T) {
	run := madeup.Full()
	page := written(t, run)
	shown := 0
	for _, n := range elements(t, page, "article") {
		if attribute(n, "class") == "claim" {
			shown++
		}
	}
	entries, decided := ledgerOf(run)
	assert.Len(t, entries, shown, "each, decided or not")
	assert.NotZero(t, decided)
	assert.Contains(t, page, "about 18 %", "the source's figure")
	assert.Contains(t, page, `class="verdict bad">refuted`)
}

func TestHistogramsThatCantBeRead(t *testing.T) {
	m := madeup.Full()
	for i := range m.Records {
		if r := &m.Records[i]; r.Model == "thread" && r.Experiment == "latency" {
			r.Contender.Histogram = "broken"
		}
	}
	page := written(t, m)
	assert.Contains(t, page, "6 histograms can&#39;t be read and are left out.")
}

func ledgerOf(m *madeup.Run) ([]claims.Entry, int) {
	s := report.Summarise(m.Run)
	return s.Ledger()
}

func TestAllReasonsAreOnThePage(t *testing.T) {
	m := madeup.New("epoll", "thread").Add("thread", "latency", func(r *result.Record) {
		r.Outcome, r.Reason, r.Also = result.Withheld, "thread: stalled", []string{"a backlog was full"}
	}, 1)
	page := written(t, m)
	assert.Contains(t, page, "withheld: stalled.")
	assert.Contains(t, page, "withheld, also: a backlog was full.")
}
