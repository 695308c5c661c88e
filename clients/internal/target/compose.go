package target

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"

	"c10klab/clients/internal/models"
	"c10klab/services/protocol"
)

// The labels by which the lab finds its services in compose.yaml.
const (
	LabelModel  = "lab.model"
	LabelFamily = "lab.family"
	LabelTitle  = "lab.title"
	LabelTwin   = "lab.twin" // names the model whose second process this is; no row of its own
	// LabelYardstick names the model whose mechanism this program in C has; it has no row and no rank of its own.
	LabelYardstick = "lab.yardstick"
	LabelApps      = "lab.apps" // the applications that a service speaks, such as echo,work; without it, all
)

// Profiles are compose's, of the yardsticks and of the paths: they are read always, and run where they were asked for.
var Profiles = []string{"yardstick", "hop"}

// buildModel is the build argument that says which binary goes into a service's
// image. Two services may have the same one, with other arguments.
const buildModel = "MODEL"

// ErrNoServices says that a compose file has no service with the label lab.model.
var ErrNoServices = errors.New("no service is labelled")

// DefaultFile returns the compose file to read when none is named:
// /compose.yaml in the lab's own container, else ./compose.yaml.
func DefaultFile() string {
	if _, err := os.Stat("/compose.yaml"); err == nil {
		return "/compose.yaml"
	}
	return "compose.yaml"
}

// Load reads the labelled services of a compose file, its variables taken from
// the environment, in the
// order in which the models are told.
func Load(ctx context.Context, file string) (*List, error) {
	if _, err := os.Stat(file); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: there is no such file; the services come from it: change to the folder that holds it, or name it with -compose FILE", file)
		}
		return nil, err
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	opts, err := cli.NewProjectOptions([]string{file},
		cli.WithName("c10klab"),
		cli.WithProfiles(Profiles),
		cli.WithOsEnv,
		cli.WithDotEnv,
		cli.WithInterpolation(true),
		cli.WithoutEnvironmentResolution,
		cli.WithDiscardEnvFile,
		cli.WithResolvedPaths(false),
	)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	project, err := opts.LoadProject(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	l := &List{File: file}
	for _, name := range project.ServiceNames() { // sorted: the project is a map
		if err := l.add(project.Services[name]); err != nil {
			return nil, fmt.Errorf("%s: service %s: %w", file, name, err)
		}
	}
	if len(l.Services) == 0 {
		return nil, fmt.Errorf("%s: %w %s, so there is nothing to compare", file, ErrNoServices, LabelModel)
	}
	l.nameTwins()
	l.orderPaths()
	slices.SortStableFunc(l.Services, func(a, b Service) int {
		return cmp.Compare(models.Order(a.Model), models.Order(b.Model))
	})
	return l, nil
}

func (l *List) add(c types.ServiceConfig) error {
	model, twin, yardstick := c.Labels[LabelModel], c.Labels[LabelTwin], c.Labels[LabelYardstick]
	if c.Labels[LabelPath] != "" {
		return l.addPath(c)
	}
	switch {
	case model != "" && twin != "":
		return fmt.Errorf("it has both labels, %s and %s: a twin is no model of its own", LabelModel, LabelTwin)
	case yardstick != "" && model+twin != "":
		return fmt.Errorf("it has the label %s and another: a yardstick is no model of the comparison, and no twin", LabelYardstick)
	case yardstick != "":
		model = c.Name
	case model == "" && twin == "":
		return nil
	}
	s := Service{
		Name: c.Name, Model: model + twin, Family: c.Labels[LabelFamily], Title: c.Labels[LabelTitle],
		Twin: twin != "", Yardstick: yardstick, Image: c.Image, Program: model + twin,
	}
	if c.Build != nil && c.Build.Args[buildModel] != nil {
		s.Program = *c.Build.Args[buildModel]
	}
	if len(c.Command) > 1 {
		s.Args = c.Command[1:]
	}
	var err error
	if s.Limits, err = limits(c); err != nil {
		return err
	}
	if s.Speaks, err = speaks(c.Labels[LabelApps]); err != nil {
		return err
	}
	switch {
	case s.Twin:
		l.Twins = append(l.Twins, s)
	case s.Yardstick != "":
		l.Yardsticks = append(l.Yardsticks, s)
	default:
		l.Services = append(l.Services, s)
	}
	return nil
}

// speaks reads the list of applications of a label; an empty one is none.
func speaks(list string) (names []string, err error) {
	if list == "" {
		return nil, nil
	}
	apps, err := protocol.ParseApps(list)
	if err != nil {
		return nil, fmt.Errorf("label %s: %w", LabelApps, err)
	}
	for _, app := range apps {
		names = append(names, app.String())
	}
	return names, nil
}

// nameTwins gives each twin its model's program: it has the image and builds none.
func (l *List) nameTwins() {
	for i := range l.Twins {
		for _, s := range l.Services {
			if s.Model == l.Twins[i].Model {
				l.Twins[i].Program = s.Program
			}
		}
	}
}

func limits(c types.ServiceConfig) (Limits, error) {
	lim := Limits{
		CPUs: c.CPUSet, Memory: int64(c.MemLimit), MemSwap: int64(c.MemSwapLimit), PIDs: c.PidsLimit,
	}
	if c.Deploy != nil && c.Deploy.Resources.Limits != nil {
		lim.Memory = max(lim.Memory, int64(c.Deploy.Resources.Limits.MemoryBytes))
		lim.PIDs = max(lim.PIDs, c.Deploy.Resources.Limits.Pids)
	}
	if u := c.Ulimits["nofile"]; u != nil {
		lim.NoFile = max(u.Single, u.Soft)
	}
	if v, ok := c.Sysctls["net.core.somaxconn"]; ok {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			return lim, fmt.Errorf("sysctl net.core.somaxconn is %q, want a positive number", v)
		}
		lim.Somaxconn = n
	}
	return lim, nil
}
