package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/report"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

func listCommand() *cli.Command {
	return &cli.Command{
		Name:      "list",
		Usage:     "list the models, what they wait in, and how they are",
		ArgsUsage: " ",
		Description: "The state is asked of each service's meter, where that can be reached. Yardsticks, programs\n" +
			"in C, are listed below the models where they are up.\n\nExamples:\n  lab list\n  lab list -json",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "one JSON object per model and line"},
			composeFlag(),
		},
		Action: listAction,
	}
}

// listed is one model of the list.
type listed struct {
	Name   string           `json:"name"`
	Of     string           `json:"yardstick_of,omitempty"` // the model whose mechanism the program in C has; empty: it is a model
	Family string           `json:"family"`
	Title  string           `json:"title"`
	Waits  string           `json:"waits_in,omitempty"` // as it should be
	State  protocol.State   `json:"state,omitempty"`    // empty: not reachable
	Health *protocol.Health `json:"health,omitempty"`
}

func listAction(ctx context.Context, c *cli.Command) error {
	if c.Args().Present() {
		return usagef("lab list takes no arguments, and got %q", c.Args().First())
	}
	l, err := target.Load(ctx, c.String("compose"))
	if err != nil {
		return err
	}
	all := slices.Concat(l.Services, l.Yardsticks)
	list := make([]listed, len(all))
	var wg sync.WaitGroup
	for i, s := range all {
		list[i] = listedAs(s)
		wg.Go(func() { list[i].ask(ctx, s) })
	}
	wg.Wait()
	list = slices.DeleteFunc(list, func(m listed) bool { return m.Of != "" && m.Health == nil })
	if c.Bool("json") {
		out := json.NewEncoder(os.Stdout)
		for _, m := range list {
			if err := out.Encode(m); err != nil {
				return err
			}
		}
		return nil
	}
	tell(os.Stdout, list)
	return nil
}

func listedAs(s target.Service) listed {
	expected, _ := models.Find(s.Mechanism(), s.Args...)
	l := listed{Name: s.Name, Of: s.Yardstick, Family: s.Family, Title: s.Title, Waits: expected.Describe()}
	if l.Of != "" {
		l.Family = "yardsticks in C"
	}
	return l
}

// tell prints the list, family by family; the state only if any is known.
func tell(out io.Writer, list []listed) {
	header := table.Row{"", "", "waits in"}
	asked := slices.ContainsFunc(list, func(m listed) bool { return m.Health != nil })
	if asked {
		header = append(header, "state")
	}
	var rows []table.Row
	family := ""
	for _, m := range list {
		if m.Family != family {
			family = m.Family
			rows = append(rows, table.Row{family})
		}
		row := table.Row{m.Name, m.Title, m.Waits}
		if asked {
			row = append(row, m.state())
		}
		rows = append(rows, row)
	}
	report.Table(out, header, rows, 99)
}

// ask fills in the state, if the meter answers within a second.
func (m *listed) ask(ctx context.Context, s target.Service) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	meter := control.New(target.InDocker(s).Control)
	defer meter.Close()
	if h, err := meter.Health(ctx); err == nil {
		m.State, m.Health = h.State, &h
	}
}

func (m *listed) state() string {
	switch {
	case m.Health == nil:
		return "-"
	case m.Health.Lease > 0:
		return fmt.Sprintf("%s (being measured)", m.State)
	}
	return string(m.State)
}
