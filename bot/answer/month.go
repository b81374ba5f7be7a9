package answer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"lojavirtual/bot"
)

var (
	monthNumber = regexp.MustCompile(`\b(0?[1-9]|1[0-2])\s*/\s*(\d{4}|\d{2})\b`)
	itsMonth    = regexp.MustCompile(`^(\d{2})/(\d{4})\b`) // of an option
	monthNames  = []string{"janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"}
)

// Month understands the one month or year that a text names: "03/2026", "3/26",
// "março", "março de 2026", "2026", "mês passado", "este ano". A month without a
// year is the last such month up to now. Month is 0 if only a year is named; ok
// is false if neither is, or more than one.
func Month(text string, now time.Time) (year, month int, ok bool) {
	said := " " + bot.Fold(text) + " "
	switch {
	case strings.Contains(said, " mes passado "):
		before := now.AddDate(0, 0, -now.Day())
		return before.Year(), int(before.Month()), true
	case strings.Contains(said, " este mes "), strings.Contains(said, " esse mes "), strings.Contains(said, " deste mes "), strings.Contains(said, " desse mes "):
		return now.Year(), int(now.Month()), true
	case strings.Contains(said, " ano passado "):
		return now.Year() - 1, 0, true
	case strings.Contains(said, " este ano "), strings.Contains(said, " esse ano "), strings.Contains(said, " deste ano "), strings.Contains(said, " desse ano "):
		return now.Year(), 0, true
	}
	month, written, ok := named(text)
	switch {
	case !ok || month == 0 && written == "":
		return 0, 0, false
	case written == "":
		year = now.Year()
		if month > int(now.Month()) {
			year--
		}
		return year, month, true
	}
	year, _ = strconv.Atoi(written)
	if len(written) == 2 {
		year += 2000
	}
	return year, month, 1990 <= year && year <= now.Year()+1
}

// named finds the month, 0 if there is none, and the year, as it was written,
// that a text names; ok is false if it names two.
func named(text string) (month int, year string, ok bool) {
	switch m := monthNumber.FindAllStringSubmatch(text, 2); {
	case len(m) > 1:
		return 0, "", false
	case len(m) == 1:
		month, _ = strconv.Atoi(m[0][1])
		return month, m[0][2], true
	}
	for _, w := range strings.Fields(bot.Fold(text)) {
		switch i := slices.Index(monthNames, w); {
		case i >= 0 && month != 0 && month != i+1:
			return 0, "", false
		case i >= 0:
			month = i + 1
		case len(w) == 4 && strings.Trim(w, "0123456789") == "":
			year = w
		}
	}
	return month, year, true
}

// byMonth finds the one option of the month a person names among options that
// begin with MM/AAAA.
func byMonth(text string, options []string) (int, bool) {
	month, year, ok := named(text)
	if !ok || month == 0 {
		return 0, false
	}
	found := -1
	for i, o := range options {
		m := itsMonth.FindStringSubmatch(o)
		if m == nil {
			continue
		}
		if n, _ := strconv.Atoi(m[1]); n != month || !strings.HasSuffix(m[2], year) {
			continue
		}
		if found >= 0 {
			return 0, false
		}
		found = i
	}
	return max(found, 0), found >= 0
}
