package store_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"lojavirtual/store"
)

var weekdays = []store.Day{1, 2, 3, 4, 5}

// desk is open on weekdays with a break at noon, and on Saturday mornings.
var desk = store.Attendance{Periods: []store.Period{
	{Days: weekdays, From: 7 * 60, To: 12 * 60},
	{Days: weekdays, From: 13 * 60, To: 19 * 60},
	{Days: []store.Day{6}, From: 8*60 + 30, To: 12 * 60},
}}

// corpusChristi is the only holiday there is.
func corpusChristi(d store.Date) bool { return d == store.Date{Year: 2026, Month: time.June, Day: 4} }

func at(day, hour, minute int) time.Time {
	return time.Date(2026, time.June, day, hour, minute, 0, 0, store.Zone)
}

func TestAttendance(t *testing.T) {
	for _, test := range []struct {
		at   time.Time
		next time.Time
	}{
		{at(1, 7, 0), at(1, 7, 0)},     // a Monday
		{at(1, 11, 59), at(1, 11, 59)}, // the last minute before the break
		{at(1, 12, 0), at(1, 13, 0)},
		{at(1, 19, 0), at(2, 7, 0)},
		{at(3, 20, 0), at(5, 7, 0)}, // over the holiday
		{at(4, 10, 0), at(5, 7, 0)},
		{at(5, 23, 0), at(6, 8, 30)},
		{at(6, 12, 0), at(8, 7, 0)}, // over the weekend
	} {
		next, ok := desk.Next(test.at, corpusChristi)
		if !ok || !next.Equal(test.next) || desk.Open(test.at, corpusChristi) != test.at.Equal(test.next) {
			t.Errorf("at %v: next %v, %v, open %v", test.at, next, ok, desk.Open(test.at, corpusChristi))
		}
	}
	if next, ok := (store.Attendance{}).Next(at(1, 10, 0), corpusChristi); ok {
		t.Errorf("nobody ever answers, but at %v", next)
	}
	if !desk.Open(time.Date(2026, time.June, 1, 10, 0, 0, 0, time.UTC), corpusChristi) {
		t.Error("ten in Greenwich is seven in Sergipe")
	}
}

// When somebody answers next, somebody does, and not a minute before.
func TestAttendanceNextIsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := at(1, 0, 0).Add(time.Duration(rapid.IntRange(0, 60*24*30).Draw(t, "minutes")) * time.Minute)
		next, ok := desk.Next(now, corpusChristi)
		if !ok || next.Before(now) || !desk.Open(next, corpusChristi) {
			t.Fatalf("%v: %v, %v", now, next, ok)
		}
		if next.After(now) && desk.Open(next.Add(-time.Minute), corpusChristi) {
			t.Fatalf("%v: somebody answered before %v", now, next)
		}
	})
}

func TestAttendanceTexts(t *testing.T) {
	for text, want := range map[string]store.Clock{"07:30": 450, "0:00": 0, "24:00": 1440, "24:01": -1, "7": -1, "07:60": -1, "": -1, "-1:00": -1} {
		var c store.Clock
		if err := c.UnmarshalText([]byte(text)); (err == nil) != (want >= 0) || err == nil && c != want {
			t.Errorf("%q is %d, %v", text, c, err)
		}
	}
	for text, want := range map[string]store.Day{"dom": 0, "Seg": 1, "sáb": 6, "sab": 6, "monday": -1} {
		var d store.Day
		if err := d.UnmarshalText([]byte(text)); (err == nil) != (want >= 0) || err == nil && d != want {
			t.Errorf("%q is %d, %v", text, d, err)
		}
	}
	for c, want := range map[store.Clock]string{420: "7h", 810: "13h30", 0: "0h"} {
		if c.String() != want {
			t.Errorf("%d is said %q", int(c), c)
		}
	}
}
