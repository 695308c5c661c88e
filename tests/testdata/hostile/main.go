// Command hostile does what a submission must not be able to do: it is run in the sandbox, and says what it managed.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	do := map[string]func(){
		"fork": fork, "fill": fill, "files": files, "print": printOn, "net": network, "plant": plant, "stay": stay, "eat": eat,
		"orphan": orphan, "who": who,
	}[os.Args[1]]
	do()
}

// fork starts itself again for ever.
func fork() {
	for {
		_ = exec.Command("/proc/self/exe", "fork").Start()
	}
}

// fill writes until nothing more can be written.
func fill() {
	f, err := os.Create("/tmp/fill")
	total, block := 0, make([]byte, 1<<20)
	for err == nil {
		var n int
		n, err = f.Write(block)
		total += n
	}
	fmt.Println("wrote", total, err)
}

// files makes empty files until no more can be made.
func files() {
	for n := 0; ; n++ {
		f, err := os.Create(fmt.Sprintf("/tmp/%d", n))
		if err != nil {
			fmt.Println("made", n, err)
			return
		}
		f.Close()
	}
}

func printOn() {
	for {
		fmt.Println(strings.Repeat("x", 1000))
		fmt.Fprintln(os.Stderr, strings.Repeat("y", 1000))
	}
}

// network says what can be reached: a name, an address of the world, the host's side of a bridge.
func network() {
	list, _ := net.Interfaces()
	for _, i := range list {
		fmt.Println("interface", i.Name)
	}
	for _, to := range os.Args[2:] {
		c, err := net.DialTimeout("tcp", to, 5*time.Second)
		if err == nil {
			c.Close()
		}
		fmt.Println("dialled", to, err)
	}
}

// plant tries to leave something outside of its folder, or in its own program.
func plant() {
	for _, path := range []string{"/planted", "/box/planted", "/etc/planted", "/dev/planted", "/dev/shm/planted", "/proc/sys/kernel/core_pattern", "/sys/planted"} {
		err := os.WriteFile(path, []byte("x"), 0o644)
		fmt.Println("planted", path, refused(err))
	}
	fmt.Println("planted mode", refused(os.Chmod("/box/hostile", 0o777)))
	fmt.Println("planted program", refused(os.Rename("/box/hostile", "/box/other")))
	fmt.Println("planted mount", refused(syscall.Mount("none", "/tmp", "tmpfs", 0, "size=8g")))
	fmt.Println("planted device", refused(syscall.Mknod("/tmp/sda", syscall.S_IFBLK|0o666, 8<<8)))
	fmt.Println("planted root", refused(syscall.Setuid(0)))
	found, _ := filepath.Glob("/var/run/docker.sock")
	fmt.Println("sockets", found)
}

// refused is how something was refused, in a word; "done" if it wasn't.
func refused(err error) string {
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrNotExist):
		return "refused"
	}
	return err.Error()
}

// stay doesn't end when it is told to.
func stay() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT)
	fmt.Println("staying")
	time.Sleep(time.Hour)
}

// eat takes memory until it has no more.
func eat() {
	for all := []byte{1}; ; {
		all = append(all, all...)
	}
}

// orphan leaves a process behind, in a session of its own, and ends.
func orphan() {
	c := exec.Command("/proc/self/exe", "stay")
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	fmt.Println("started", c.Start())
}

// who says as whom it runs, and with what.
func who() {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		for _, name := range []string{"Uid:", "CapEff:", "CapBnd:", "NoNewPrivs:", "Seccomp:"} {
			if strings.HasPrefix(line, name) {
				fmt.Print(strings.Join(strings.Fields(line), " "), "\n")
			}
		}
	}
	fmt.Println("environment", strings.Join(os.Environ(), " "))
}
