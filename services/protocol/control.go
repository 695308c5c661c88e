package protocol

import "time"

// ControlPort is where the meter in front of each service listens, on the control network.
const ControlPort = 9100

// Time limits that both sides rely on.
const (
	Grace  = 5 * time.Second // from SIGTERM to the end, however much is still owed
	Linger = 1 * time.Second // from shutting writing down to the close, if the peer goes on sending
)

// ExitUnsupported is the exit status (EX_UNAVAILABLE of sysexits.h) of a service whose mechanism this machine refuses.
const ExitUnsupported = 69

// ServingThread is the prefix of the name (prctl(2), PR_SET_NAME) that threads which serve clients carry,
// so that a pool's worker is told apart from the language runtime's idle threads: both sit in futex.
const ServingThread = "serve"

// State is what the meter says of its service.
type State string

// The states of a service.
const (
	Starting    State = "starting"    // started, its ports do not listen yet
	Serving     State = "serving"     // answers an echo
	Occupied    State = "occupied"    // listens, but answers nobody new now: that is a model's nature, not a fault
	Stopped     State = "stopped"     // ended on request
	Died        State = "died"        // ended unasked
	Unsupported State = "unsupported" // ended with ExitUnsupported
)

// Health is the answer of GET /healthz, /restart, /stop and /signal.
type Health struct {
	State   State    `json:"state"`
	Apps    []string `json:"apps"`              // what it serves now
	Args    []string `json:"args,omitempty"`    // flags it was restarted with
	PID     int      `json:"pid,omitempty"`     // of the service, as the meter sees it
	Lease   float64  `json:"lease_s,omitempty"` // seconds until all applications are served again; 0: no lease runs
	Exit    *Exit    `json:"exit,omitempty"`    // how it ended, when it did
	Ports   Ports    `json:"ports"`             // application to TCP port
	Message string   `json:"message,omitempty"` // one line for a person
}

// Ports maps an application's name to its TCP port.
type Ports map[string]int

// Exit says how a service ended.
type Exit struct {
	Status      int    `json:"status"`             // exit status; -1 if a signal ended it
	Signal      string `json:"signal,omitempty"`   // such as "SIGSEGV"
	OutOfMemory bool   `json:"out_of_memory"`      // the kernel's OOM killer counted a kill
	LastLog     string `json:"last_log,omitempty"` // its last log line
}

// Waits is the answer of GET /waits: which system call each thread sits in.
type Waits struct {
	Processes int            `json:"processes"` // the service's own, the meter left out
	Threads   int            `json:"threads"`   // in all of them
	Serving   map[string]int `json:"serving"`   // threads that serve, by system call name; "running" for one on a CPU
	Idle      map[string]int `json:"idle"`      // the language runtime's own threads, likewise
}

// Metric names of GET /metrics (Prometheus text format). All figures are of the
// service alone, over all its processes, the meter's own share taken off.
const (
	MetricClock        = "lab_clock_seconds"                   // CLOCK_MONOTONIC when the CPU figures were read
	MetricCPU          = "lab_service_cpu_seconds_total"       // exact; dead children included
	MetricCPUMode      = "lab_service_cpu_mode_seconds_total"  // label mode: user, system; sampled by ticks
	MetricResident     = "lab_service_resident_bytes"          //
	MetricThreads      = "lab_service_threads"                 //
	MetricProcesses    = "lab_service_processes"               //
	MetricDescriptors  = "lab_service_descriptors"             //
	MetricSwitches     = "lab_service_context_switches_total"  // label kind: voluntary, involuntary; living threads
	MetricMemoryPeak   = "lab_service_memory_peak_bytes"       // of the cgroup, the meter's few MB included
	MetricMemory       = "lab_service_memory_bytes"            // of the cgroup now, kernel's share included where it is counted
	MetricMemoryKernel = "lab_service_memory_kernel_bytes"     // of the cgroup: slab, stacks, page tables
	MetricThrottled    = "lab_service_throttled_periods_total" // nr_throttled of the cgroup
	MetricThrottledS   = "lab_service_throttled_seconds_total" //
	MetricOOMKills     = "lab_service_oom_kills_total"         //
	MetricLimit        = "lab_limit"                           // label name: cpus, memory_bytes, memswap_bytes, pids, nofile, somaxconn; +Inf: none
	MetricNetEvents    = "lab_net_events_total"                // label name: ListenDrops, ListenOverflows, TCPTimeouts, RetransSegs, TCPLossProbes, TCPLossProbeRecovery of the service's network namespace
	MetricMeterCPU     = "lab_meter_cpu_seconds_total"         // the meter's own
	MetricSource       = "lab_source_info"                     // labels cpu ("cgroup v1", "cgroup v2", "process clocks"), cpuset ("0"), resident ("pss", "rss"); value 1
	MetricUp           = "lab_service_up"                      // 1 while the service runs
)
