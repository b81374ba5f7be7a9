package telegram

import (
	"container/list"
	"sync"
)

// recent keeps the values used last, up to a number of them.
type recent[K comparable, V any] struct {
	mu    sync.Mutex
	limit int
	order *list.List // of entries, the one used last in front
	at    map[K]*list.Element
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

func newRecent[K comparable, V any](limit int) *recent[K, V] {
	return &recent[K, V]{limit: limit, order: list.New(), at: map[K]*list.Element{}}
}

func (r *recent[K, V]) get(key K) (value V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.at[key]
	if !ok {
		return value, false
	}
	r.order.MoveToFront(e)
	return e.Value.(entry[K, V]).value, true
}

func (r *recent[K, V]) put(key K, value V) {
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
