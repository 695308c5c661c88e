package sandbox

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

const (
	// label is on everything that is made here; make clean takes away what has it.
	label = "c10klab=box"
	// prefix begins the name of every container and image that is made here.
	prefix = "c10klab-box"
	// grace is how long after its time a container may still be its owner's matter.
	grace = 5 * time.Minute
)

// newName says until when what has that name is wanted, and is nobody else's.
func newName(until time.Time) string {
	return fmt.Sprintf("%s-%d-%s", prefix, until.Unix(), strings.ToLower(rand.Text()[:12]))
}

// layer makes an image of the files on top of another. Nothing can be copied into a container whose root is read-only, nor into a folder
// in memory, and an image to build in may have no program that unpacks: so the files become a layer, and nothing runs for that.
func (b box) layer(ctx context.Context, name, image string, files []File) (layered string, err error) {
	stage := name + "-files"
	if _, err := b.ask(ctx, nil, "create", "--name", stage, "--label", label, "--pull", "never", "--network", "none", "--entrypoint", "/none", image); err != nil {
		return "", err
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(archive(w, files)) }()
	_, err = b.ask(ctx, r, "cp", "-", stage+":/")
	r.Close() // ends the archive if the command did before it
	if err != nil {
		return "", err
	}
	if _, err := b.ask(ctx, nil, "commit", "--change", "LABEL "+label, stage, name); err != nil {
		return "", err
	}
	return name, nil
}

// remove takes away all of that name, also when ctx has ended.
func (b box) remove(ctx context.Context, name string) {
	ctx = context.WithoutCancel(ctx)
	_, _ = b.ask(ctx, nil, "rm", "--force", "--volumes", name)
	_, _ = b.ask(ctx, nil, "rm", "--force", "--volumes", name+"-files")
	_, _ = b.ask(ctx, nil, "rmi", "--force", name)
}

func (b box) kill(ctx context.Context, name string) {
	_, _ = b.ask(context.WithoutCancel(ctx), nil, "kill", name)
}

// sweep removes what is there past its time: its owner was killed.
func (b box) sweep(ctx context.Context) {
	names, _ := b.ask(ctx, nil, "ps", "--all", "--filter", "label="+label, "--format", "{{.Names}}")
	images, _ := b.ask(ctx, nil, "image", "ls", "--filter", "label="+label, "--format", "{{.Repository}}")
	for name := range strings.FieldsSeq(names + "\n" + images) {
		name = strings.TrimSuffix(name, "-files")
		if until, ours := deadline(name); ours && b.now().After(until) {
			b.remove(ctx, name)
		}
	}
}

// deadline reads a name; ours is false if newName didn't make it.
func deadline(name string) (until time.Time, ours bool) {
	rest, ours := strings.CutPrefix(name, prefix+"-")
	stamp, _, _ := strings.Cut(rest, "-")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	return time.Unix(seconds, 0), ours && err == nil
}
