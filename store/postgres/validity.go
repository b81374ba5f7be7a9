package postgres

import (
	"time"

	"lojavirtual/store"
)

// validity returns until when a bill's second copy may be paid: what the bill
// says, if that is still to come, else the last business day of the month in 60
// days' time (VIA-14).
func validity(stored, today store.Date, holidays map[store.Date]bool) store.Date {
	if stored.After(today) {
		return stored
	}
	day := store.MonthOf(today.Add(60)).Add(1).First().Add(-1)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday || holidays[day] {
		day = day.Add(-1)
	}
	return day
}

// isoDate is a date as the server writes it in JSON.
type isoDate struct{ store.Date }

// UnmarshalText reads "2026-05-20".
func (d *isoDate) UnmarshalText(text []byte) error {
	day, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return err
	}
	d.Date = store.Date{Year: day.Year(), Month: day.Month(), Day: day.Day()}
	return nil
}
