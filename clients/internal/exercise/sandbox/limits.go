package sandbox

import (
	"cmp"
	"fmt"
	"strconv"
	"time"
)

// Limits are what a program may use. A zero stands for that field of Common.
type Limits struct {
	Time   time.Duration // from its start to its end
	Memory int64         // bytes of its processes and of what it writes to Scratch, together; there is no swap
	Disk   int64         // bytes in Scratch
	Inodes int           // files and folders in Scratch
	PIDs   int           // processes and threads
	CPUs   float64       // CPU seconds in a second
	NoFile int           // descriptors of a process
	Output int64         // bytes of standard output and standard error, together
}

// Common are the limits of a submission. Memory and descriptors are those of the lab's services.
var Common = Limits{
	Time: 5 * time.Minute, Memory: 1 << 30, Disk: 512 << 20, Inodes: 20_000, PIDs: 1024, CPUs: 2, NoFile: 20_000, Output: 1 << 20,
}

func (l Limits) filled() Limits {
	return Limits{
		Time: cmp.Or(l.Time, Common.Time), Memory: cmp.Or(l.Memory, Common.Memory), Disk: cmp.Or(l.Disk, Common.Disk),
		Inodes: cmp.Or(l.Inodes, Common.Inodes), PIDs: cmp.Or(l.PIDs, Common.PIDs), CPUs: cmp.Or(l.CPUs, Common.CPUs),
		NoFile: cmp.Or(l.NoFile, Common.NoFile), Output: cmp.Or(l.Output, Common.Output),
	}
}

// nobody is the user of every service, too.
const nobody = "65534:65534"

// create are the arguments that make the container. What is not asked for here a stranger doesn't get; what stands here and looks
// needless is there since the default gives it: a core file (the host's handler takes it), shared memory, a log on the host's disk.
// Scratch has an owner since the engine may give it the mode of the folder that it covers.
func create(name string, l Limits, image string, c Command) []string {
	args := []string{
		"create", "--name", name, "--label", label, "--pull", "never", "--restart", "no", "--no-healthcheck",
		"--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true", "--user", nobody,
		"--ipc", "none", "--log-driver", "none",
		"--memory", strconv.FormatInt(l.Memory, 10), "--memory-swap", strconv.FormatInt(l.Memory, 10),
		"--pids-limit", strconv.Itoa(l.PIDs), "--cpus", strconv.FormatFloat(l.CPUs, 'f', 2, 64),
		"--ulimit", "core=0:0", "--ulimit", fmt.Sprintf("nofile=%d:%d", l.NoFile, l.NoFile),
		"--tmpfs", fmt.Sprintf("%s:rw,exec,nosuid,nodev,uid=65534,gid=65534,mode=1777,size=%d,nr_inodes=%d", Scratch, l.Disk, l.Inodes),
		"--workdir", Scratch, "--env", "HOME=" + Scratch, "--env", "TMPDIR=" + Scratch,
	}
	for _, e := range c.Env {
		args = append(args, "--env", e)
	}
	if c.Stdin != nil {
		args = append(args, "--interactive")
	}
	args = append(args, "--entrypoint", c.Args[0], image)
	return append(args, c.Args[1:]...)
}
