package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/internal/drive/drivetest"
)

func TestSwitchThereAndBack(t *testing.T) {
	parent := Current()
	var story []string
	var g *Greenlet
	g = New(parent, func() error {
		assert.Same(t, g, Current())
		story = append(story, "begun")
		assert.NoError(t, parent.Switch())
		assert.Same(t, g, Current())
		story = append(story, "gone on")
		return nil
	})
	assert.Empty(t, story, "it begins with the first switch")
	require.NoError(t, g.Switch())
	assert.Same(t, parent, Current())
	story = append(story, "back")
	assert.False(t, g.Dead())
	require.NoError(t, g.Switch())
	assert.True(t, g.Dead())
	assert.Equal(t, []string{"begun", "back", "gone on"}, story)
	assert.NoError(t, Current().Switch(), "to the one that runs: nothing happens")
}

// The difference to a generator: nothing between the greenlet and the switch takes notice.
func TestSwitchAtAnyDepth(t *testing.T) {
	parent := Current()
	var depths []int
	var descend func(depth int)
	descend = func(depth int) {
		if depth < 1000 { // the stack grows on the way, and moves
			descend(depth + 1)
		}
		if depth%500 == 0 {
			depths = append(depths, depth)
			assert.NoError(t, parent.Switch())
		}
	}
	g := New(parent, func() error { descend(0); return nil })
	switches := 0
	for ; !g.Dead(); switches++ {
		require.NoError(t, g.Switch())
	}
	assert.Equal(t, []int{1000, 500, 0}, depths)
	assert.Equal(t, 4, switches)
}

func TestGreenletsTakeTurns(t *testing.T) {
	hub := Current()
	var story []int
	var all []*Greenlet
	for i := range 3 {
		all = append(all, New(hub, func() error {
			for range 2 {
				story = append(story, i)
				assert.NoError(t, hub.Switch())
			}
			return nil
		}))
	}
	for range 3 {
		for _, g := range all {
			require.NoError(t, g.Switch())
		}
	}
	assert.Equal(t, []int{0, 1, 2, 0, 1, 2}, story)
}

func TestAnErrorComesOutInTheParent(t *testing.T) {
	broken := errors.New("broken")
	g := New(Current(), func() error { return broken })
	assert.ErrorIs(t, g.Switch(), broken)
	assert.True(t, g.Dead())
	assert.ErrorIs(t, g.Switch(), ErrDead, "once")
	assert.NoError(t, g.Kill(), "it needs no more")
}

func TestAPanicComesOutInTheParent(t *testing.T) {
	parent, before := Current(), drivetest.Coroutines()
	g := New(parent, func() error {
		child := New(Current(), func() error { panic("in the child's child") })
		return child.Switch()
	})
	assert.PanicsWithValue(t, "in the child's child", func() { _ = g.Switch() })
	assert.Same(t, parent, Current())
	assert.True(t, g.Dead())
	assert.Equal(t, before, drivetest.Coroutines())
}

func TestAKilledGreenletComesToAnEnd(t *testing.T) {
	parent, before := Current(), drivetest.Coroutines()
	var ends []error
	g := New(parent, func() error {
		for range 3 {
			ends = append(ends, parent.Switch())
		}
		return errors.New("nobody asks")
	})
	require.NoError(t, g.Switch())
	require.Equal(t, before+1, drivetest.Coroutines())
	require.NoError(t, g.Kill())
	assert.Equal(t, []error{ErrExit, ErrExit, ErrExit}, ends, "it can't wait any more")
	assert.True(t, g.Dead())
	assert.Same(t, parent, Current())
	assert.Equal(t, before, drivetest.Coroutines())
	assert.ErrorIs(t, g.Switch(), ErrDead)
}

func TestAGreenletKilledBeforeItBeganNeverDoes(t *testing.T) {
	before := drivetest.Coroutines()
	g := New(Current(), func() error { t.Error("it ran"); return nil })
	require.Equal(t, before+1, drivetest.Coroutines())
	require.NoError(t, g.Kill())
	assert.True(t, g.Dead())
	assert.ErrorIs(t, g.Switch(), ErrDead)
	assert.Equal(t, before, drivetest.Coroutines())
}

func TestOnlyParentAndChildrenAreNear(t *testing.T) {
	grandparent := Current()
	sibling := New(grandparent, func() error { return nil })
	g := New(grandparent, func() error {
		assert.ErrorIs(t, sibling.Switch(), ErrFar)
		assert.ErrorIs(t, sibling.Kill(), ErrFar)
		child := New(Current(), func() error {
			assert.ErrorIs(t, grandparent.Switch(), ErrFar)
			return nil
		})
		return child.Switch()
	})
	require.NoError(t, g.Switch())
	assert.True(t, g.Dead())
	require.NoError(t, sibling.Switch(), "nothing has become of it")
}
