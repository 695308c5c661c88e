package main

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

var errBroken = errors.New("broken")

// wrap returns a callback that puts the result into a word.
func wrap(word string) func(any) (any, error) {
	return func(result any) (any, error) { return fmt.Sprintf("%s(%v)", word, result), nil }
}

func mend(err error) (any, error) { return fmt.Sprintf("mended %v", err), nil }

func TestAChainOfCallbacks(t *testing.T) {
	for _, late := range []bool{false, true} { // whether the result comes before the callbacks
		for _, c := range []struct {
			name string
			fire func(*Deferred)
			want any
			err  error
		}{
			{"a result", func(d *Deferred) { d.Callback(1) }, "b(a(1))", nil},
			{"an error", func(d *Deferred) { d.Errback(errBroken) }, "b(mended broken)", nil},
			{"the first counts", func(d *Deferred) { d.Callback(1); d.Callback(2); d.Errback(errBroken) }, "b(a(1))", nil},
		} {
			d := NewDeferred(nil)
			if late {
				c.fire(d)
			}
			var got any
			d.AddCallback(wrap("a")).AddErrback(mend).AddCallback(wrap("b")).AddCallback(func(result any) (any, error) {
				got = result
				return nil, nil
			})
			if !late {
				assert.Nil(t, got, c.name)
				c.fire(d)
			}
			assert.Equal(t, c.want, got, c.name)
		}
	}
}

func TestACallbacksErrorGoesToTheNextErrback(t *testing.T) {
	d, said := NewDeferred(nil), ""
	d.AddCallback(func(any) (any, error) { return nil, errBroken })
	d.AddCallback(func(any) (any, error) { said += "passed over"; return nil, nil })
	d.AddErrback(func(err error) (any, error) { said += err.Error(); return nil, nil })
	d.AddErrback(func(error) (any, error) { said += "it was mended"; return nil, nil })
	d.Callback(nil)
	assert.Equal(t, "broken", said)
}

func TestACallbackThatReturnsADeferredHoldsTheChainUp(t *testing.T) {
	for _, early := range []bool{false, true} {
		outer, inner, got := NewDeferred(nil), NewDeferred(nil), any(nil)
		if early {
			inner.Callback("slow")
		}
		outer.AddCallback(func(any) (any, error) { return inner, nil })
		outer.AddCallback(func(result any) (any, error) { got = result; return nil, nil })
		outer.Callback("quick")
		if !early {
			assert.Nil(t, got)
			inner.Callback("slow")
		}
		assert.Equal(t, "slow", got)
	}
	outer, inner, got := NewDeferred(nil), NewDeferred(nil), error(nil)
	outer.AddCallback(func(any) (any, error) { return inner, nil })
	outer.AddErrback(func(err error) (any, error) { got = err; return nil, nil })
	outer.Callback(nil)
	inner.Errback(errBroken)
	assert.Equal(t, errBroken, got, "its error, too")
}

func TestCancel(t *testing.T) {
	stopped, got := 0, error(nil)
	d := NewDeferred(func() { stopped++ })
	d.AddErrback(func(err error) (any, error) { got = err; return nil, nil })
	d.Cancel()
	d.Cancel()
	d.Callback("too late")
	assert.Equal(t, 1, stopped)
	assert.Equal(t, ErrCanceled, got)

	inner := NewDeferred(func() { stopped++ })
	outer := NewDeferred(nil).AddCallback(func(any) (any, error) { return inner, nil })
	outer.Callback(nil)
	outer.Cancel()
	assert.Equal(t, 2, stopped, "what the chain waits for is cancelled")
}

func TestACallbackMayAddAnother(t *testing.T) {
	d, said := NewDeferred(nil), ""
	d.AddCallback(func(any) (any, error) {
		d.AddCallback(func(result any) (any, error) { said += result.(string); return nil, nil })
		said += "first, "
		return "then the second", nil
	})
	d.Callback(nil)
	assert.Equal(t, "first, then the second", said)
}
