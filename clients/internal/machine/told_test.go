package machine

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestImagesAreThoseToldOf(t *testing.T) {
	t.Setenv("LAB_IMAGE_IDS", "c10klab-epoll=sha256:12  c10klab-thread=sha256:34")
	assert.Equal(t, []string{"c10klab-epoll=sha256:12", "c10klab-thread=sha256:34"}, Images())
	t.Setenv("LAB_IMAGE_IDS", "")
	assert.Empty(t, Images())
}
