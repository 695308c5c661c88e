package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// compose.yaml is the only list: these tests hold it, the folders and the
// README's table against each other. They need no engine.

func TestEveryServiceIsLabelled(t *testing.T) {
	titles := map[string]string{}
	for _, s := range services(t) {
		if twin := s.Labels[labelTwin]; twin != "" {
			assert.Contains(t, project(t).Services, twin, "%s: the label %s names a service", s.Name, labelTwin)
			assert.Empty(t, s.Labels[labelModel], "%s: a twin is no model of its own", s.Name)
			assert.Equal(t, project(t).Services[twin].Image, s.Image, "%s: a twin runs its original's image", s.Name)
			assert.Equal(t, project(t).Services[twin].Command, s.Command, "%s: a twin runs its original's command", s.Name)
			continue
		}
		assert.Equal(t, s.Name, s.Labels[labelModel], "a model is named as its service is")
		assert.NotEmpty(t, s.Labels[labelFamily], "%s: label %s", s.Name, labelFamily)
		assert.NotEmpty(t, s.Labels[labelTitle], "%s: label %s", s.Name, labelTitle)
		assert.Empty(t, titles[s.Labels[labelTitle]], "%s: its title is another's, too", s.Name)
		titles[s.Labels[labelTitle]] = s.Name
	}
}

func TestEveryServiceHasTheSameLimits(t *testing.T) {
	list := services(t)
	first := under(list[0])
	assert.NotEmpty(t, first.CPUSet)
	assert.Positive(t, first.Memory)
	assert.Equal(t, first.Memory, first.MemorySwap, "no swap")
	assert.Positive(t, first.PIDs)
	assert.Positive(t, first.NoFile)
	assert.NotEmpty(t, first.Sysctls["net.core.somaxconn"])
	assert.True(t, first.ReadOnly)
	assert.Equal(t, []string{"ALL"}, first.CapDrop)
	assert.Contains(t, first.SecurityOpt, "no-new-privileges:true")
	uid, _, _ := strings.Cut(first.User, ":")
	assert.Regexp(t, `^[1-9]\d*$`, uid, "a user that is not root")
	for _, s := range list[1:] {
		assert.Equal(t, first, under(s), "%s and %s", list[0].Name, s.Name)
	}
}

// conditions are what a comparison must not differ in.
type conditions struct {
	CPUSet                                  string
	Memory, MemorySwap, PIDs, CPUQuota      int64
	CPUS                                    float32
	NoFile                                  int
	Sysctls                                 types.Mapping
	ReadOnly                                bool
	User                                    string
	CapDrop, CapAdd                         []string
	SecurityOpt                             []string
	Deploy                                  *types.DeployConfig
	Tmpfs                                   []string
	Volumes                                 []types.ServiceVolumeConfig
	CPUShares, CPUPeriod, MemoryReservation int64
}

func under(s types.ServiceConfig) conditions {
	return conditions{
		CPUSet: s.CPUSet, Memory: int64(s.MemLimit), MemorySwap: int64(s.MemSwapLimit), PIDs: s.PidsLimit,
		CPUQuota: s.CPUQuota, CPUS: s.CPUS, CPUShares: s.CPUShares, CPUPeriod: s.CPUPeriod, MemoryReservation: int64(s.MemReservation),
		NoFile: nofile(s), Sysctls: s.Sysctls, ReadOnly: s.ReadOnly, User: s.User, CapDrop: s.CapDrop, CapAdd: s.CapAdd,
		SecurityOpt: s.SecurityOpt, Deploy: s.Deploy, Tmpfs: s.Tmpfs, Volumes: s.Volumes,
	}
}

func TestNetworks(t *testing.T) {
	p := project(t)
	assert.True(t, bool(p.Networks["control"].Internal), "the control network can stop services: no way in or out")
	for _, s := range services(t) {
		require.Len(t, s.Networks, 2, s.Name)
		for _, side := range []string{"data", "control"} {
			if assert.NotNil(t, s.Networks[side], "%s: network %s", s.Name, side) {
				assert.Contains(t, s.Networks[side].Aliases, s.Name+"."+side)
			}
		}
		listen := s.Environment["METER_LISTEN"]
		if assert.NotNil(t, listen, s.Name) {
			assert.Equal(t, s.Name+".control:9100", *listen, "the meter listens on the control network alone")
		}
	}
	for _, s := range p.Services {
		assert.Empty(t, s.Ports, "%s: traffic stays on the container network", s.Name)
	}
}

func TestOnlyTheLabShowsOnTheTerminal(t *testing.T) {
	for _, s := range services(t) {
		if assert.NotNil(t, s.Attach, "%s: attach", s.Name) {
			assert.False(t, *s.Attach, "%s: attach", s.Name)
		}
	}
	lab := project(t).Services["lab"]
	assert.True(t, lab.Attach == nil || *lab.Attach)
	assert.Empty(t, lab.CPUSet, "the lab pins its threads itself")
}

func TestLabComesUpAfterEveryService(t *testing.T) {
	for _, s := range services(t) {
		for _, client := range []string{"lab", "chat", "swarm"} {
			assert.Contains(t, project(t).Services[client].DependsOn, s.Name, client)
		}
	}
}

// Every folder under services/ that is a program is a service, and the other way round.
func TestFoldersAreServices(t *testing.T) {
	var folders []string
	programs, err := filepath.Glob("../services/*/main.go")
	require.NoError(t, err)
	for _, program := range programs {
		if name := filepath.Base(filepath.Dir(program)); name != "meter" {
			folders = append(folders, name)
		}
	}
	var built []string
	for _, s := range models(t) {
		require.NotNil(t, s.Build, s.Name)
		if assert.NotNil(t, s.Build.Args["MODEL"], s.Name) {
			built = append(built, *s.Build.Args["MODEL"])
		}
	}
	slices.Sort(built)
	assert.Equal(t, folders, slices.Compact(built), "the folders under services/ and the models that compose.yaml builds")
}

// The table of models in README.md has a row for each service, and no others.
func TestReadmeListsEveryModel(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	var rows []string
	for _, row := range firstCell.FindAllStringSubmatch(string(text), -1) {
		if _, err := os.Stat(filepath.Join("../services", row[1])); err == nil || project(t).Services[row[1]].Labels[labelModel] != "" {
			rows = append(rows, row[1])
		}
	}
	var names []string
	for _, s := range models(t) {
		names = append(names, s.Name)
	}
	slices.Sort(rows)
	assert.Equal(t, names, slices.Compact(rows), "the models in README.md's table and in compose.yaml")
}

// firstCell finds the name at the beginning of a table's row: plain, as code, as a link, or bold.
var firstCell = regexp.MustCompile("(?m)^\\| *[*\\[`]*([a-z][a-z0-9-]*)[*\\]`]*")
