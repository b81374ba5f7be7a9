package store

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// DueDays is the day of the month on which a property's bills are due, and which
// it may become (faturamento.vencimento_alternativo).
type DueDays struct {
	Occupied bool  // false without a current usuário: then nobody may change it (gsan-rules VEN-3)
	Current  int   // the day in force; 0 if neither property, payer nor group has one
	Own      bool  // it was chosen for this property
	Group    int   // the billing group's day; 0 if it has none
	InMonth  bool  // the group's bills are due in the month of their reference, not in the one after
	Next     Month // of the first bill that is not issued yet
	Days     []int // on offer, in order
	Last     Date  // the newest change; zero if there was none (VEN-4)
	Interval int   // months that must lie between two changes; 0 asks for none
	Debited  bool  // paid by direct debit
	Kind     int   // of the request that goes with a change (espec_tipo_validacao V); 0 without one
}

// TooSoon tells whether the last change was too lately for another. GSAN counts
// calendar months and not days (gsan-rules VEN-4).
func (d DueDays) TooSoon(today Date) bool {
	return !d.Last.IsZero() && monthsBetween(d.Last, today) < d.Interval
}

// Again is the first day on which a change made on the day can be followed by
// another.
func (d DueDays) Again(changed Date) Date { return MonthOf(changed).Add(d.Interval).First() }

// monthsBetween is gsan-rules 0.2's meses: days do not count, nor which is first.
func monthsBetween(a, b Date) int {
	n := (b.Year-a.Year)*12 + int(b.Month) - int(a.Month)
	return max(n, -n)
}

// FollowingMonth tells whether bills with that day are due in the month after
// the group's (imov_icvencimentomesseguinte, gsan-rules VEN-5).
func (d DueDays) FollowingMonth(day int) bool { return d.Group > day }

// FirstDue is the due date of the first bill not issued yet, if the day is
// chosen now (gsan-rules VEN-6, VEN-7). The route's date is taken to be the
// group's day, for its schedule is not made so early.
func (d DueDays) FirstDue(day int) Date {
	month := d.Next
	if !d.InMonth {
		month = month.Add(1)
	}
	return DueOn(month.Day(max(d.Group, 1)), day, d.FollowingMonth(day))
}

// DueOn is the due date of a bill that the route bills for the date, where
// another day was chosen, and whether that is of the month after (gsan-rules
// VEN-7). A day that the month does not have is its last.
func DueOn(route Date, day int, following bool) Date {
	switch {
	case following:
		return MonthOf(route).Add(1).Day(day)
	case route.Day > day:
		return route
	default:
		return MonthOf(route).Day(day)
	}
}

// DueDaysOnOffer returns the days that can be chosen, in order: those of the
// list, parted by semicolons, or if it is empty those after the group's day up
// to the last (gsan-rules VEN-1; 30 if last is 0). A late group day leaves few
// or none (VEN-2); Lei 9.791/1999 wants six.
func DueDaysOnOffer(list string, group, last int) []int {
	var days []int
	for _, word := range strings.Split(list, ";") {
		if day, err := strconv.Atoi(strings.TrimSpace(word)); err == nil && 1 <= day && day <= 31 {
			days = append(days, day)
		}
	}
	if strings.TrimSpace(list) == "" {
		if last == 0 {
			last = 30
		}
		for day := group + 1; day <= min(last, 31); day++ {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// Day returns the day of the month, its last if it has no such day.
func (m Month) Day(day int) Date {
	first := m.First()
	return Date{first.Year, first.Month, min(day, m.Add(1).First().Add(-1).Day)}
}

// DueDayRefusal is why a due day was not changed.
type DueDayRefusal string

// The reasons. They stand in what we keep of effects: never rename one.
const (
	MayChange        DueDayRefusal = ""
	NobodyLivesThere DueDayRefusal = "nobody"     // VEN-3
	ChangedLately    DueDayRefusal = "too soon"   // VEN-4
	NotOnOffer       DueDayRefusal = "day"        // VEN-1
	NothingToChange  DueDayRefusal = "same"       // it is the day already
	NoRequestKind    DueDayRefusal = "no request" // the utility has no kind of request for it
)

// Refuse tells why the day cannot be chosen today. WithoutRequest is whether a
// change may be made that no request goes with.
func (d DueDays) Refuse(day int, today Date, withoutRequest bool) DueDayRefusal {
	switch {
	case !d.Occupied:
		return NobodyLivesThere
	case d.Kind == 0 && !withoutRequest:
		return NoRequestKind
	case d.TooSoon(today):
		return ChangedLately
	case !slices.Contains(d.Days, day):
		return NotOnOffer
	case d.Current == day:
		return NothingToChange
	default:
		return MayChange
	}
}

// A DueDayForm is the change that a customer asks for.
type DueDayForm struct {
	Property int64
	Day      int
	At       time.Time
}

// A DueDayChange is what came of it.
type DueDayChange struct {
	Refused  DueDayRefusal `json:"refused,omitempty"`
	Day      int           `json:"day"`
	Next     Month         `json:"next"`     // the first bill with that day
	Due      Date          `json:"due"`      // and when it is due
	Again    Date          `json:"again"`    // when it can be changed again, if it was refused for that or done
	Protocol string        `json:"protocol"` // of the request; "" without one
}
