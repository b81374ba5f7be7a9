package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lojavirtual/store"
)

// TestVEN7 is the worked examples of gsan-rules 12.
func TestVEN7(t *testing.T) {
	for _, c := range []struct {
		route string
		day   int
		want  string
	}{
		{"2024-05-10", 25, "25/05/2024"},
		{"2024-05-10", 5, "05/06/2024"},
		{"2024-02-10", 30, "29/02/2024"},
		{"2023-02-10", 31, "28/02/2023"},
		{"2024-05-10", 10, "10/05/2024"},
		{"2024-12-20", 1, "01/01/2025"},
		{"2025-01-31", 30, "28/02/2025"},
	} {
		route := date(t, c.route)
		d := store.DueDays{Group: route.Day}
		if got := store.DueOn(route, c.day, d.FollowingMonth(c.day)); got.String() != c.want {
			t.Errorf("route %s, day %d: %s, want %s", c.route, c.day, got, c.want)
		}
	}
	// The route's date is later than the group's day said it would be.
	if got := store.DueOn(date(t, "2024-05-12"), 11, false); got.String() != "12/05/2024" {
		t.Errorf("route after the chosen day: %s", got)
	}
}

// TestVEN4 is the worked examples of the interval.
func TestVEN4(t *testing.T) {
	for _, c := range []struct {
		last, today string
		interval    int
		soon        bool
		again       string
	}{
		{"2023-12-28", "2024-06-01", 6, false, "01/06/2024"},
		{"2024-01-01", "2024-06-30", 6, true, "01/07/2024"},
		{"2024-05-31", "2024-06-01", 1, false, "01/06/2024"},
		{"2024-05-31", "2024-05-31", 0, false, "01/05/2024"},
		{"", "2024-05-31", 6, false, ""},
	} {
		d := store.DueDays{Last: date(t, c.last), Interval: c.interval}
		if got := d.TooSoon(date(t, c.today)); got != c.soon {
			t.Errorf("last %s, today %s: too soon %t", c.last, c.today, got)
		}
		if c.last != "" && d.Again(d.Last).String() != c.again {
			t.Errorf("last %s: again %s, want %s", c.last, d.Again(d.Last), c.again)
		}
	}
}

func TestVEN1(t *testing.T) {
	for _, c := range []struct {
		list        string
		group, last int
		want        string
	}{
		{"25; 5;10;1;20;15", 10, 0, "[1 5 10 15 20 25]"},
		{"5;5;;x;32;0", 10, 0, "[5]"},
		{"", 24, 0, "[25 26 27 28 29 30]"},
		{" ", 24, 28, "[25 26 27 28]"},
		{"", 29, 0, "[30]"}, // VEN-2
		{"", 30, 0, "[]"},
	} {
		if got := fmt.Sprint(store.DueDaysOnOffer(c.list, c.group, c.last)); got != c.want {
			t.Errorf("%q, group %d, last %d: %s, want %s", c.list, c.group, c.last, got, c.want)
		}
	}
}

func TestFirstDue(t *testing.T) {
	for _, c := range []struct {
		d    store.DueDays
		day  int
		want string
	}{
		{store.DueDays{Group: 15, Next: 202606}, 25, "25/07/2026"},
		{store.DueDays{Group: 15, Next: 202606}, 5, "05/08/2026"},
		{store.DueDays{Group: 15, Next: 202606, InMonth: true}, 25, "25/06/2026"},
		{store.DueDays{Next: 202601}, 30, "28/02/2026"},
	} {
		if got := c.d.FirstDue(c.day); got.String() != c.want {
			t.Errorf("%+v, day %d: %s, want %s", c.d, c.day, got, c.want)
		}
	}
}

// TestAnyDueDay: a bill is never due before its route's date, never two months
// after it, on the chosen day unless its month is shorter; and another change is
// possible from the day on that we said, and not the day before.
func TestAnyDueDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := store.DueDays{
			Group: rapid.IntRange(1, 31).Draw(t, "group"), InMonth: rapid.Bool().Draw(t, "in month"), Occupied: true, Kind: 10,
			Next:     store.Month(rapid.IntRange(2000, 2100).Draw(t, "year")*100 + rapid.IntRange(1, 12).Draw(t, "month")),
			Interval: rapid.IntRange(0, 24).Draw(t, "interval"),
			Last:     store.Date{Year: 2020, Month: time.January, Day: 1}.Add(rapid.IntRange(0, 3000).Draw(t, "last")),
		}
		day := rapid.IntRange(1, 31).Draw(t, "day")
		month := d.Next
		if !d.InMonth {
			month = month.Add(1)
		}
		route, due := month.Day(d.Group), d.FirstDue(day)
		if due.Before(route) || !due.Before(route.Add(62)) {
			t.Fatalf("route %s, day %d: due %s", route, day, due)
		}
		if due.Day != day && due != store.MonthOf(due).Day(31) && due != route {
			t.Fatalf("day %d: due %s", day, due)
		}
		again := d.Again(d.Last)
		if d.TooSoon(again) || d.Interval > 0 && !d.TooSoon(again.Add(-1)) {
			t.Fatalf("last %s, %d months: again %s", d.Last, d.Interval, again)
		}
		offered := store.DueDaysOnOffer("", d.Group, 0)
		if !slices.IsSorted(offered) || slices.ContainsFunc(offered, func(n int) bool { return n <= d.Group || d.FollowingMonth(n) }) {
			t.Fatalf("group %d: %v", d.Group, offered)
		}
	})
}
