package drive

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestReleaseIsForManyAlone(t *testing.T) {
	var r Release
	t.Cleanup(func() { r.Joined(many) }) // stops the timer
	r.Joined(many - 1)
	assert.False(t, r.Left(0), "few")
	r.Joined(many)
	assert.False(t, r.Left(1), "not the last")
	assert.True(t, r.Left(0))
	assert.False(t, r.Left(0), "once is enough")

	r.Joined(1)
	assert.NotNil(t, r.timer, "a few who come stop nothing")
	r.Joined(many)
	assert.Nil(t, r.timer, "many do: they need it again")
	assert.True(t, r.Left(0))

	r.timer.Stop()
	r.done.Store(true) // as if it had run
	r.Joined(1)
	assert.False(t, r.Left(0), "one client leaves nothing")
}
