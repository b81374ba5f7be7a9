// Package recent remembers what was used last. Channels keep in it what they
// know of letters and chats: enough for those of the moment, however many there
// have been.
package recent

import (
	"container/list"
	"sync"
)

// A Map keeps the values used last, up to a number of them. It may be used by
// several goroutines.
type Map[K comparable, V any] struct {
	mu    sync.Mutex
	limit int
	order *list.List // of entries, the one used last in front
	at    map[K]*list.Element
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

// New returns a Map of so many values.
func New[K comparable, V any](limit int) *Map[K, V] {
	return &Map[K, V]{limit: limit, order: list.New(), at: map[K]*list.Element{}}
}

// Get returns a value, if it is remembered.
func (r *Map[K, V]) Get(key K) (value V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.at[key]
	if !ok {
		return value, false
	}
	r.order.MoveToFront(e)
	return e.Value.(entry[K, V]).value, true
}

// Put remembers a value, in the place of what was there.
func (r *Map[K, V]) Put(key K, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.at[key]; ok {
		e.Value = entry[K, V]{key, value}
		r.order.MoveToFront(e)
		return
	}
	r.at[key] = r.order.PushFront(entry[K, V]{key, value})
	if last := r.order.Back(); r.order.Len() > r.limit {
		delete(r.at, r.order.Remove(last).(entry[K, V]).key)
	}
}

// Take removes a value and returns it, if it was remembered.
func (r *Map[K, V]) Take(key K) (value V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.at[key]
	if !ok {
		return value, false
	}
	delete(r.at, key)
	return r.order.Remove(e).(entry[K, V]).value, true
}
