package tests

import (
	"context"
	"sync"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

// The labels by which the lab knows its services.
const (
	labelModel  = "lab.model"
	labelFamily = "lab.family"
	labelTitle  = "lab.title"
	labelTwin   = "lab.twin" // of a second process of a model; no model of its own
	// labelYardstick is of a program in C of a model's mechanism, under a profile of its own; no model either.
	labelYardstick = "lab.yardstick"
	labelApps      = "lab.apps"
	// labelPath is of the reference's program on another way than the bridge, under a profile of its own; no model either.
	labelPath    = "lab.path"
	labelAddress = "lab.address"
)

// composeFile is the only list of services.
const composeFile = "../compose.yaml"

// parsed is compose.yaml under the environment that this test runs in, as the lab and compose read it.
var parsed = sync.OnceValues(func() (*types.Project, error) {
	ctx := context.Background()
	options, err := cli.NewProjectOptions([]string{composeFile}, cli.WithOsEnv, cli.WithProfiles([]string{"*"}))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(ctx)
})

func project(t *testing.T) *types.Project {
	t.Helper()
	p, err := parsed()
	require.NoError(t, err)
	return p
}

// services returns the measured services by the order of their names: models and twins.
func services(t *testing.T) (all []types.ServiceConfig) {
	t.Helper()
	p := project(t)
	for _, name := range p.ServiceNames() {
		if s := p.Services[name]; s.Labels[labelModel] != "" || s.Labels[labelTwin] != "" {
			all = append(all, s)
		}
	}
	require.NotEmpty(t, all, "compose.yaml has no service with the label %s", labelModel)
	return all
}

// yardsticks returns the programs in C that may be measured beside the services.
func yardsticks(t *testing.T) (list []types.ServiceConfig) {
	t.Helper()
	p := project(t)
	for _, name := range p.ServiceNames() {
		if s := p.Services[name]; s.Labels[labelYardstick] != "" {
			list = append(list, s)
		}
	}
	require.NotEmpty(t, list, "compose.yaml has no service with the label %s", labelYardstick)
	return list
}

// paths returns the reference's program on other ways than the bridge.
func paths(t *testing.T) (list []types.ServiceConfig) {
	t.Helper()
	p := project(t)
	for _, name := range p.ServiceNames() {
		if s := p.Services[name]; s.Labels[labelPath] != "" {
			list = append(list, s)
		}
	}
	require.NotEmpty(t, list, "compose.yaml has no service with the label %s", labelPath)
	return list
}

// models returns the services that are models; a twin is a second process of one.
func models(t *testing.T) (list []types.ServiceConfig) {
	t.Helper()
	for _, s := range services(t) {
		if s.Labels[labelModel] != "" {
			list = append(list, s)
		}
	}
	return list
}
