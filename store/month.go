package store

import (
	"fmt"
	"time"
)

// A Month is a billing month, GSAN's "referência", as the integer AAAAMM:
// 202605 is May of 2026. The zero Month is no month.
type Month int

// MonthOf returns the month of a date.
func MonthOf(d Date) Month { return Month(d.Year*100 + int(d.Month)) }

// YearOf returns what stands for all months of a year: no month of the calendar,
// written "ano de 2025".
func YearOf(year int) Month { return Month(year * 100) }

// Valid tells whether m names a month of the calendar.
func (m Month) Valid() bool { return m >= 100 && m%100 >= 1 && m%100 <= 12 }

// Add returns the month n months later, or earlier if n is negative.
func (m Month) Add(n int) Month {
	months := int(m)/100*12 + int(m)%100 - 1 + n
	return Month(months/12*100 + months%12 + 1)
}

// First returns the first day of the month.
func (m Month) First() Date { return Date{int(m) / 100, time.Month(m % 100), 1} }

// String writes the month as bills print it: "05/2026".
func (m Month) String() string {
	if m != 0 && m%100 == 0 {
		return fmt.Sprintf("ano de %04d", int(m)/100)
	}
	return fmt.Sprintf("%02d/%04d", int(m)%100, int(m)/100)
}

// Name writes the month in words: "maio de 2026".
func (m Month) Name() string {
	return fmt.Sprintf("%s de %d", monthNames[int(m)%100-1], int(m)/100)
}

// Short writes the month as charts label it: "mai/26".
func (m Month) Short() string {
	name := []rune(monthNames[int(m)%100-1])
	return fmt.Sprintf("%s/%02d", string(name[:3]), int(m)/100%100)
}

var monthNames = [...]string{
	"janeiro", "fevereiro", "março", "abril", "maio", "junho",
	"julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
}
