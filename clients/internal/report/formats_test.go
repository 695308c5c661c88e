package report

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

func markdown(t *testing.T, m *madeup.Run) string {
	var b strings.Builder
	require.NoError(t, Summarise(m.Run).WriteMarkdown(&b))
	return b.String()
}

// squeezed has no blanks, of which Markdown's tables may have any number.
func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

func TestMarkdownHasTheSameTables(t *testing.T) {
	m := madeup.All()
	m.Run.Manifest.Services[7].Unsupported = "unsupported here: nothing can be forked"
	text := markdown(t, m)
	for _, sheet := range Summarise(m.Run).Sheets() {
		assert.Contains(t, text, "\n## "+sheet.Title+"\n")
		for _, row := range sheet.Rows {
			if len(row) == 1 {
				row = []string{"**" + row[0] + "**"}
			}
			line := "|" + strings.Join(row, "|") + strings.Repeat("|", len(sheet.Header)-len(row)) + "|"
			assert.Contains(t, squeezed(text), squeezed(line))
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "|") {
			assert.True(t, strings.HasSuffix(line, "|"), line)
		}
	}
	assert.Less(t, strings.Index(text, "rate at 64"), strings.Index(text, "ns CPU/idle"), "the table for a reader in a hurry comes first")
}

func TestMarkdownTakesReasonsLiterally(t *testing.T) {
	m := madeup.New("epoll", "thread")
	m.Add("thread", "throughput", func(r *result.Record) { r.Outcome, r.Reason = result.Declared, "1 | of <b>*64*</b>" }, 1)
	m.Add("thread", "latency", func(r *result.Record) { r.Outcome, r.Reason = result.Failed, "it said `no` [*]" }, 1)
	text := markdown(t, m)
	assert.Contains(t, text, `1 \| of \<b>\*64\*\</b> |`)
	assert.Contains(t, text, "- thread: failed: it said \\`no\\` \\[\\*].")
}

// read reads the CSV: a map from column to field for each line.
func read(t *testing.T, m *madeup.Run) (lines []map[string]string) {
	var b strings.Builder
	require.NoError(t, Summarise(m.Run).WriteCSV(&b))
	all, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	require.NoError(t, err)
	for _, fields := range all[1:] {
		line := map[string]string{}
		for i, name := range all[0] {
			line[name] = fields[i]
		}
		lines = append(lines, line)
	}
	assert.NotContains(t, b.String(), "NaN")
	return lines
}

func find(t *testing.T, lines []map[string]string, model, experiment, idle string) map[string]string {
	for _, l := range lines {
		if l["model"] == model && l["experiment"] == experiment && l["idle"] == idle {
			return l
		}
	}
	require.Fail(t, "no line", "%s %s beside %s", model, experiment, idle)
	return nil
}

func TestCSVHasALineForEachCell(t *testing.T) {
	lines := read(t, madeup.All())
	for _, name := range models.Names() {
		find(t, lines, name, "latency", "0")
		find(t, lines, name, "throughput", "0")
	}
	seen := map[string]bool{}
	for _, l := range lines {
		key := strings.Join([]string{l["model"], l["experiment"], l["connections"], l["idle"]}, " ")
		assert.False(t, seen[key], "twice: %s", key)
		seen[key] = true
	}
	assert.Equal(t, "1 of 64", find(t, lines, "iterative", "throughput", "0")["reason"])
	assert.Empty(t, find(t, lines, "iterative", "throughput", "0")["ratio_median"])
	poll := find(t, lines, "poll", "herd", "5000")
	assert.Equal(t, "1", poll["connections"])
	assert.Equal(t, "response", poll["metric"])
	assert.NotEmpty(t, poll["response_p50_us"])
	assert.NotEmpty(t, find(t, lines, "poll", "slope", "0")["cpu_ns_per_idle_median"])
}

func TestCSVFigures(t *testing.T) {
	m := madeup.New("epoll", "thread").Add("epoll", "throughput", nil, madeup.Twins...)
	m.Add("thread", "throughput", nil, 0.70, 0.71, 0.69, 0.70, 0.72, 0.68)
	thread := find(t, read(t, m), "thread", "throughput", "0")
	for column, want := range map[string]string{
		"connections": "64", "outcome": "ok", "rounds": "6", "rounds_without_figure": "0", "ratio_median": "0.7", "ratio_low": "0.68",
		"ratio_high": "0.72", "verdict": "less", "rate_per_s": "70000", "cpu_us_per_request": "7.14286", "cpu_ratio_median": "1.42857", "resident_bytes": "",
	} {
		assert.Equal(t, want, thread[column], column)
	}
	assert.NotEmpty(t, thread["noise_floor"])
	assert.Empty(t, find(t, read(t, m), "epoll", "throughput", "0")["verdict"], "it is what is compared with")
}

func TestWhatWasNotReadIsSaid(t *testing.T) {
	m := madeup.New("epoll")
	m.Run.Problems = []string{"results.jsonl: line 3 is cut off"}
	assert.Contains(t, printed(m), "Not read: results.jsonl: line 3 is cut off.")
	assert.Contains(t, markdown(t, m), "- Not read: results.jsonl: line 3 is cut off.")
}
