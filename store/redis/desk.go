package redis

import (
	"context"
	"errors"
	"sync"
	"time"
)

var errClosed = errors.New("the mail is closed")

// A desk is where what this process has claimed meets the hands that wait for
// it. A claim is made for a hand that was promised to it; if that hand leaves
// meanwhile, what was claimed lies ready for the next one or is given back.
type desk[T any] struct {
	giveBack func([]T)
	start    sync.Once // of what wakes the hands

	mu       sync.Mutex
	more     *sync.Cond // a hand is free, or the desk is closed
	hands    []chan T   // of those who wait, longest first
	promised int        // of them, for claims under way
	ready    []lying[T]
	deserted bool // the last hand has left, and none has come since
	closed   bool
	end      chan struct{}
}

// lying is what was claimed and not picked up.
type lying[T any] struct {
	what  T
	since time.Time
}

func newDesk[T any](giveBack func([]T)) *desk[T] {
	d := &desk[T]{giveBack: giveBack, end: make(chan struct{})}
	d.more = sync.NewCond(&d.mu)
	return d
}

// take waits for something claimed until the context ends.
func (d *desk[T]) take(ctx context.Context) (T, error) {
	hand := make(chan T, 1)
	d.mu.Lock()
	if len(d.ready) > 0 && ctx.Err() == nil {
		first := d.ready[0].what
		d.ready = d.ready[1:]
		d.mu.Unlock()
		return first, nil
	}
	d.hands = append(d.hands, hand)
	d.deserted = false
	d.more.Broadcast()
	d.mu.Unlock()

	err := errClosed
	select {
	case what := <-hand:
		if ctx.Err() == nil {
			return what, nil
		}
		hand <- what
		err = ctx.Err()
	case <-ctx.Done():
		err = ctx.Err()
	case <-d.end:
	}
	d.leave(hand)
	var none T
	return none, err
}

// leave takes a hand away. What it has just been given goes to another; with
// the last hand all that lies ready is given back.
func (d *desk[T]) leave(hand chan T) {
	d.mu.Lock()
	waited := false
	for i, other := range d.hands {
		if other == hand {
			d.hands = append(d.hands[:i], d.hands[i+1:]...)
			waited = true
			break
		}
	}
	if !waited {
		d.give(<-hand)
	}
	var back []T
	if len(d.hands) == 0 {
		d.deserted = true
		back = d.clear(time.Now())
	}
	d.mu.Unlock()
	d.giveBack(back)
}

// promise keeps up to most hands for claims about to be made.
func (d *desk[T]) promise(most int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := max(0, min(most, len(d.hands)-d.promised))
	d.promised += n
	return n
}

// keep ends the promise of hands, of which the claims were kept or came to nothing.
// If they have all left meanwhile, the claims are given back.
func (d *desk[T]) keep(promised int, claimed ...T) {
	d.mu.Lock()
	d.promised -= promised
	for _, what := range claimed {
		d.give(what)
	}
	if promised > len(claimed) {
		d.more.Broadcast()
	}
	var back []T
	if promised > 0 && d.deserted {
		back = d.clear(time.Now())
	}
	d.mu.Unlock()
	d.giveBack(back)
}

// lay gives to a hand what nobody was promised: one that waits, or the next to come.
func (d *desk[T]) lay(what T) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.give(what)
}

// give hands over, to the hand that has waited longest; d.mu is held.
func (d *desk[T]) give(what T) {
	if len(d.hands) == 0 {
		d.ready = append(d.ready, lying[T]{what, time.Now()})
		return
	}
	d.hands[0] <- what
	d.hands = d.hands[1:]
}

// await waits until a hand is free; it is false once the desk is closed.
func (d *desk[T]) await() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for !d.closed && len(d.hands) <= d.promised {
		d.more.Wait()
	}
	return !d.closed
}

// sweep gives back what has been lying since before a time.
func (d *desk[T]) sweep(before time.Time) {
	d.mu.Lock()
	back := d.clear(before)
	d.mu.Unlock()
	d.giveBack(back)
}

// clear removes what has been lying since before a time; d.mu is held.
func (d *desk[T]) clear(before time.Time) []T {
	var old []T
	for len(d.ready) > 0 && !d.ready[0].since.After(before) {
		old = append(old, d.ready[0].what)
		d.ready = d.ready[1:]
	}
	return old
}

func (d *desk[T]) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	close(d.end)
	d.more.Broadcast()
}
