// Package machine reads what there is to know about the machine and its kernel
// that a measurement may depend on.
package machine

import (
	"bufio"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Facts are a machine's. What can't be read is left out.
type Facts struct {
	Kernel       string            `json:"kernel"`
	CPU          string            `json:"cpu,omitempty"`
	CPUs         string            `json:"cpus_online,omitempty"`
	Siblings     []string          `json:"hyperthreads,omitempty"` // one list for each core
	Governor     string            `json:"governor,omitempty"`
	Mitigations  map[string]string `json:"mitigations,omitempty"`
	Hypervisor   bool              `json:"hypervisor"` // the CPU says that it is a virtual one
	HZ           string            `json:"hz,omitempty"`
	IRQTime      string            `json:"irq_time_accounting,omitempty"`
	Cgroup       string            `json:"cgroup"`
	Memory       string            `json:"memory,omitempty"`
	Ticks        map[string]uint64 `json:"cpu_ticks,omitempty"` // since boot, whole machine: user, system, irq, softirq, steal, ...
	Sysctls      map[string]string `json:"sysctls"`             // as seen from the lab's network namespace
	Go           string            `json:"go"`
	DockerEngine string            `json:"docker_engine,omitempty"`
}

// sysctls are those that decide what a server can take.
var sysctls = []string{
	"net.core.somaxconn", "net.ipv4.tcp_max_syn_backlog", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_tw_reuse",
	"net.ipv4.tcp_congestion_control", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem", "net.core.rmem_max", "net.core.wmem_max",
	"net.netfilter.nf_conntrack_max", "kernel.pid_max", "kernel.threads-max", "fs.nr_open", "fs.file-max", "vm.max_map_count",
}

// Read collects the facts.
func Read() Facts {
	return Facts{
		Kernel:       kernel(),
		CPU:          cpuField("model name"),
		CPUs:         line("/sys/devices/system/cpu/online"),
		Siblings:     siblings(),
		Governor:     line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
		Mitigations:  mitigations(),
		Hypervisor:   strings.Contains(" "+cpuField("flags")+" ", " hypervisor "),
		HZ:           kernelConfig("CONFIG_HZ"),
		IRQTime:      kernelConfig("CONFIG_IRQ_TIME_ACCOUNTING"),
		Cgroup:       Cgroup(),
		Memory:       memory(),
		Ticks:        ticks(),
		Sysctls:      readSysctls(),
		Go:           runtime.Version(),
		DockerEngine: os.Getenv("LAB_ENGINE"),
	}
}

// Cgroup is "v1" or "v2", or "hybrid" where both are mounted.
func Cgroup() string {
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		return "v2"
	}
	if _, err := os.Stat("/sys/fs/cgroup/unified"); err == nil {
		return "hybrid"
	}
	return "v1"
}

func kernel() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:]) + " " + unix.ByteSliceToString(u.Version[:]) + " " + unix.ByteSliceToString(u.Machine[:])
}

func line(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(string(b)), " ")
}

// cpuField returns a field of the first CPU in /proc/cpuinfo.
func cpuField(name string) string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	for l := range strings.SplitSeq(string(b), "\n") {
		if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func siblings() []string {
	paths, _ := filepath.Glob("/sys/devices/system/cpu/cpu[0-9]*/topology/thread_siblings_list")
	var out []string
	seen := map[string]bool{}
	for _, p := range paths {
		if l := line(p); l != "" && !seen[l] {
			seen[l] = true
			out = append(out, l)
		}
	}
	return out
}

func mitigations() map[string]string {
	paths, _ := filepath.Glob("/sys/devices/system/cpu/vulnerabilities/*")
	out := map[string]string{}
	for _, p := range paths {
		if l := line(p); l != "" && l != "Not affected" {
			out[filepath.Base(p)] = l
		}
	}
	return out
}

func memory() string {
	b, _ := os.ReadFile("/proc/meminfo")
	for l := range strings.SplitSeq(string(b), "\n") {
		if v, ok := strings.CutPrefix(l, "MemTotal:"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func readSysctls() map[string]string {
	out := map[string]string{}
	for _, name := range sysctls {
		if v := line("/proc/sys/" + strings.ReplaceAll(name, ".", "/")); v != "" {
			out[name] = v
		}
	}
	return out
}

// kernelConfig looks an option up where kernels leave their configuration.
func kernelConfig(option string) string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	for _, path := range []string{"/proc/config.gz", "/boot/config-" + unix.ByteSliceToString(u.Release[:])} {
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		defer f.Close()
		var r io.Reader = f
		if strings.HasSuffix(path, ".gz") {
			if r, err = gzip.NewReader(f); err != nil {
				continue
			}
		}
		for s := bufio.NewScanner(r); s.Scan(); {
			if v, ok := strings.CutPrefix(s.Text(), option+"="); ok {
				return v
			}
		}
		return "n"
	}
	return ""
}
