package store

import (
	"database/sql/driver"
	"fmt"
	"time"
	_ "time/tzdata" // the zone must be known on machines without a zone database
)

// Zone is where the utility's days begin and end: Sergipe, UTC-3, without
// daylight saving time.
var Zone = func() *time.Location {
	zone, err := time.LoadLocation("America/Maceio")
	if err != nil {
		panic(err) // time/tzdata is linked in
	}
	return zone
}()

// A Date is a day of the civil calendar, without hour or zone. The zero Date
// is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day it is in the utility's zone at t.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Zone).Date()
	return Date{y, m, d}
}

// IsZero tells whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

func (d Date) compare(o Date) int { return d.midnight().Compare(o.midnight()) }

// Before tells whether d comes before o.
func (d Date) Before(o Date) bool { return d.midnight().Before(o.midnight()) }

// After tells whether d comes after o.
func (d Date) After(o Date) bool { return o.Before(d) }

// Add returns the date n days later, or earlier if n is negative.
func (d Date) Add(n int) Date {
	y, m, day := d.midnight().AddDate(0, 0, n).Date()
	return Date{y, m, day}
}

// DaysUntil returns the number of calendar days from d to o.
func (d Date) DaysUntil(o Date) int {
	return int(o.midnight().Sub(d.midnight()) / (24 * time.Hour))
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// End returns when the day is over in the utility's zone.
func (d Date) End() time.Time { return time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, Zone) }

// String writes the date as Brazilians do, dd/mm/aaaa; no date is "".
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.Day, d.Month, d.Year)
}

// Scan reads a date column; NULL is the zero Date.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
	case time.Time:
		y, m, day := v.Date()
		*d = Date{y, m, day}
	default:
		return fmt.Errorf("cannot read %T as a date", src)
	}
	return nil
}

// Value writes a date column; the zero Date is NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.midnight(), nil
}

func (d Date) midnight() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}
