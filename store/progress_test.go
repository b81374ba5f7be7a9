package store_test

import (
	"testing"
	"time"

	"lojavirtual/store"
)

// ACO-4: late is what is not closed after the day it was promised for.
func TestLate(t *testing.T) {
	day := store.Date{Year: 2026, Month: time.May, Day: 20}
	for _, c := range []struct {
		p    store.Progress
		late bool
	}{
		{store.Progress{Status: store.RequestPending, Promised: day.Add(-1)}, true},
		{store.Progress{Status: store.RequestPending, Promised: day}, false},
		{store.Progress{Status: store.RequestBlocked, Promised: day.Add(-1)}, true},
		{store.Progress{Status: store.RequestClosed, Promised: day.Add(-1)}, false},
		{store.Progress{Status: store.RequestPending}, false},
	} {
		if c.p.Late(day) != c.late {
			t.Errorf("%+v: %t", c.p, !c.late)
		}
	}
}
