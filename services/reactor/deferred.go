package main

import (
	"errors"
	"time"
)

// Deferred is a result that will come. Who waits for it adds callbacks; who has it
// calls Callback, or Errback with an error. Each callback takes what the one before it
// returned, so a chain of them reads like code that waits. A callback that returns
// another Deferred holds the chain up until that one has its result.
type Deferred struct {
	chain    []link
	result   any
	err      error
	fired    bool
	running  bool      // a callback of the chain is being called
	inner    *Deferred // the chain waits for this one's result
	canceler func()
}

// link is a callback, or an errback.
type link struct {
	ok   func(result any) (any, error)
	fail func(err error) (any, error)
}

// ErrCanceled is what the errbacks of a Deferred get whose Cancel was called.
var ErrCanceled = errors.New("canceled")

// NewDeferred returns one without a result. cancel, which may be nil, stops what would have brought it.
func NewDeferred(cancel func()) *Deferred { return &Deferred{canceler: cancel} }

// AddCallback has f called with the result: at once, if it is there.
func (d *Deferred) AddCallback(f func(result any) (any, error)) *Deferred {
	d.chain = append(d.chain, link{ok: f})
	d.run()
	return d
}

// AddErrback has f called if an error comes in place of the result, or a callback
// before it returns one. What f returns without an error goes to the next callback.
func (d *Deferred) AddErrback(f func(err error) (any, error)) *Deferred {
	d.chain = append(d.chain, link{fail: f})
	d.run()
	return d
}

// Callback gives the result. The first counts: another one, or an error after it, is dropped.
func (d *Deferred) Callback(result any) { d.fire(result, nil) }

// Errback gives an error in place of the result.
func (d *Deferred) Errback(err error) { d.fire(nil, err) }

// Cancel says that nobody waits for the result any more.
func (d *Deferred) Cancel() {
	switch {
	case d.inner != nil:
		d.inner.Cancel()
	case !d.fired:
		if d.canceler != nil {
			d.canceler()
		}
		d.Errback(ErrCanceled)
	}
}

func (d *Deferred) fire(result any, err error) {
	if !d.fired {
		d.fired = true
		d.goOn(result, err)
	}
}

// goOn gives the chain a result to go on with.
func (d *Deferred) goOn(result any, err error) {
	d.inner, d.result, d.err = nil, result, err
	d.run()
}

// run calls what stands in the chain, as far as there is a result.
func (d *Deferred) run() {
	if d.running { // called from a callback: the loop below comes to what it has added
		return
	}
	for d.fired && d.inner == nil && len(d.chain) > 0 {
		next := d.chain[0]
		d.chain = d.chain[1:]
		d.running = true
		switch {
		case d.err == nil && next.ok != nil:
			d.result, d.err = next.ok(d.result)
		case d.err != nil && next.fail != nil:
			d.result, d.err = next.fail(d.err)
		}
		d.running = false
		if inner, ok := d.result.(*Deferred); ok && d.err == nil {
			d.inner = inner
			inner.AddCallback(func(result any) (any, error) { d.goOn(result, nil); return nil, nil })
			inner.AddErrback(func(err error) (any, error) { d.goOn(nil, err); return nil, nil })
		}
	}
}

// DeferLater returns a Deferred whose result, nil, comes when d has passed. Its Cancel cancels the timer.
func (r *Reactor) DeferLater(d time.Duration) *Deferred {
	later := NewDeferred(nil)
	later.canceler = r.CallLater(d, func() { later.Callback(nil) }).Cancel
	return later
}
