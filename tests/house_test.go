package tests

import (
	"maps"
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

// Yardsticks are named as what they are, run only where they are asked for, and say what they speak.
func TestEveryYardstickIsLabelled(t *testing.T) {
	for _, s := range yardsticks(t) {
		assert.Empty(t, s.Labels[labelModel]+s.Labels[labelTwin], "%s: a yardstick is no model and no twin", s.Name)
		assert.NotEmpty(t, project(t).Services[s.Labels[labelYardstick]].Labels[labelModel], "%s: the label %s names a model", s.Name, labelYardstick)
		assert.Equal(t, []string{"yardstick"}, s.Profiles, s.Name)
		assert.Equal(t, "echo", s.Labels[labelApps], s.Name)
		assert.Equal(t, []string{"/service", "-apps", "echo"}, []string(s.Command), "%s: its meter asks for no more", s.Name)
		assert.Equal(t, s.Name, folder(t, s), "%s: its program", s.Name)
		assert.FileExists(t, filepath.Join("yardstick", strings.TrimPrefix(s.Name, "c-")+".c"))
	}
}

func TestEveryServiceHasTheSameLimits(t *testing.T) {
	list := measured(t)
	first := under(list[0])
	assert.NotEmpty(t, first.CPUSet)
	assert.Positive(t, first.Memory)
	assert.Equal(t, first.Memory, first.MemorySwap, "no swap")
	assert.Positive(t, first.PIDs)
	assert.Positive(t, first.NoFile)
	assert.NotEmpty(t, first.Sysctls["net.core.somaxconn"])
	assert.True(t, first.ReadOnly)
	assert.Equal(t, []string{"ALL"}, first.CapDrop)
	assert.Equal(t, []string{"no-new-privileges:true"}, first.SecurityOpt)
	uid, _, _ := strings.Cut(first.User, ":")
	assert.Regexp(t, `^[1-9]\d*$`, uid, "a user that is not root")
	for _, s := range list[1:] {
		assert.Equal(t, first, under(s), "%s and %s", list[0].Name, s.Name)
	}
}

// One model makes system calls that an engine's own profile may forbid. It is
// allowed these by a profile that is the engine's but for them, and is freed of no other restriction.
func TestOnlyTheProactorHasASeccompProfile(t *testing.T) {
	for _, s := range measured(t) {
		var profiles []string
		for _, opt := range s.SecurityOpt {
			if strings.HasPrefix(opt, "seccomp") {
				profiles = append(profiles, opt)
			}
		}
		if original(s) != "proactor" {
			assert.Empty(t, profiles, s.Name)
			continue
		}
		path := "services/proactor/seccomp.json"
		require.Equal(t, []string{"seccomp:" + path}, profiles)
		allowed := decode[struct {
			DefaultAction string
			Syscalls      []struct {
				Names  []string
				Action string
			}
		}](t, []byte(profile(t, path)))
		assert.Equal(t, "SCMP_ACT_ERRNO", allowed.DefaultAction, "what the profile does not name is forbidden")
		var names []string
		for _, rule := range allowed.Syscalls {
			if rule.Action == "SCMP_ACT_ALLOW" {
				names = append(names, rule.Names...)
			}
		}
		assert.Subset(t, names, []string{"io_uring_setup", "io_uring_enter", "io_uring_register"})
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
	security := slices.DeleteFunc(slices.Clone(s.SecurityOpt), func(opt string) bool {
		return original(s) == "proactor" && strings.HasPrefix(opt, "seccomp:") // looked at by itself
	})
	return conditions{
		CPUSet: s.CPUSet, Memory: int64(s.MemLimit), MemorySwap: int64(s.MemSwapLimit), PIDs: s.PidsLimit,
		CPUQuota: s.CPUQuota, CPUS: s.CPUS, CPUShares: s.CPUShares, CPUPeriod: s.CPUPeriod, MemoryReservation: int64(s.MemReservation),
		NoFile: nofile(s), Sysctls: s.Sysctls, ReadOnly: s.ReadOnly, User: s.User, CapDrop: s.CapDrop, CapAdd: s.CapAdd,
		SecurityOpt: security, Deploy: s.Deploy, Tmpfs: s.Tmpfs, Volumes: s.Volumes,
	}
}

// original is the model of a service, that of a twin or a yardstick as well.
func original(s types.ServiceConfig) string {
	if twin := s.Labels[labelTwin]; twin != "" {
		return twin
	}
	if of := s.Labels[labelYardstick]; of != "" {
		return of
	}
	return s.Labels[labelModel]
}

// measured are all that a run may put load on: models, twins, yardsticks.
func measured(t *testing.T) []types.ServiceConfig {
	t.Helper()
	return append(services(t), yardsticks(t)...)
}

func TestNetworks(t *testing.T) {
	p := project(t)
	assert.True(t, bool(p.Networks["control"].Internal), "the control network can stop services: no way in or out")
	for _, s := range measured(t) {
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
		if s.Labels[labelPath] == "" {
			assert.Empty(t, s.Ports, "%s: traffic stays on the container network", s.Name)
		}
	}
}

func TestOnlyTheLabShowsOnTheTerminal(t *testing.T) {
	for _, s := range measured(t) {
		if assert.NotNil(t, s.Attach, "%s: attach", s.Name) {
			assert.False(t, *s.Attach, "%s: attach", s.Name)
		}
	}
	lab := project(t).Services["lab"]
	assert.True(t, lab.Attach == nil || *lab.Attach)
	assert.Empty(t, lab.CPUSet, "the lab pins its threads itself")
}

func TestLabComesUpAfterEveryService(t *testing.T) {
	var names []string
	for _, s := range services(t) {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	for _, client := range []string{"lab", "chat", "swarm"} {
		assert.Equal(t, names, slices.Sorted(maps.Keys(project(t).Services[client].DependsOn)), client)
	}
}

// Every folder under services/ that is a program is a service, and the other way round.
func TestFoldersAreServices(t *testing.T) {
	var programs, built []string
	found, err := filepath.Glob("../services/*/main.go")
	require.NoError(t, err)
	for _, program := range found {
		if name := filepath.Base(filepath.Dir(program)); name != "meter" {
			programs = append(programs, name)
		}
	}
	for _, s := range models(t) {
		built = append(built, folder(t, s))
	}
	slices.Sort(built)
	assert.Equal(t, programs, slices.Compact(built), "the folders under services/ and the models that compose.yaml builds")
}

// folder returns the name of the folder under services/ that a model is built from.
func folder(t *testing.T, s types.ServiceConfig) string {
	t.Helper()
	require.NotNil(t, s.Build, s.Name)
	require.NotNil(t, s.Build.Args["MODEL"], s.Name)
	return *s.Build.Args["MODEL"]
}

// Models that are built from one folder are told apart by their command; all others have the image's.
func TestCommandsTellModelsApart(t *testing.T) {
	ofFolder := map[string][]string{}
	for _, s := range models(t) {
		ofFolder[folder(t, s)] = append(ofFolder[folder(t, s)], strings.Join(s.Command, " "))
	}
	for name, commands := range ofFolder {
		if len(commands) == 1 {
			assert.Equal(t, []string{""}, commands, name)
			continue
		}
		slices.Sort(commands)
		assert.Len(t, slices.Compact(commands), len(commands), "%s: %v", name, commands)
		assert.NotContains(t, commands, "", name)
	}
}

// The table of models in README.md has one row for each service, and no others.
// It leads to the model's file and to its page.
func TestReadmeListsEveryModel(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	rows := map[string]string{}
	for _, row := range tableRow.FindAllStringSubmatch(string(text), -1) {
		name := row[1]
		if _, err := os.Stat(filepath.Join("../services", name)); err != nil && project(t).Services[name].Labels[labelModel] == "" {
			continue // another table's
		}
		assert.NotContains(t, rows, name, "a second row")
		rows[name] = row[0]
	}
	for _, s := range models(t) {
		row, found := rows[s.Name]
		if assert.True(t, found, "README.md's table of models has no row that begins with %s", s.Name) {
			assert.Contains(t, row, "](services/"+folder(t, s)+"/main.go)", s.Name)
			assert.Contains(t, row, "](docs/models/"+folder(t, s)+".md)", s.Name)
			assert.Contains(t, row, "| "+s.Labels[labelFamily]+" |", "%s: its family", s.Name)
		}
		delete(rows, s.Name)
	}
	assert.Empty(t, rows, "rows in README.md without a service in compose.yaml")
}

// tableRow finds the rows of tables that begin with a name: plain, as code, as a link, or bold.
var tableRow = regexp.MustCompile("(?m)^\\| *[*\\[`]*([a-z][a-z0-9-]*)[*\\]` |].*$")
