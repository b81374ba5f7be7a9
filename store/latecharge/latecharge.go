// Package latecharge computes what being late adds to a bill, "acréscimos por
// impontualidade": multa, juros de mora and atualização (gsan-rules ACR-1 to
// ACR-11). It is arithmetic alone: parameters, indices and holidays are given.
//
// # Why
//
// The amounts must be GSAN's to the cent, so what looks odd in them is kept: the
// index row is that of the month before the due month (ACR-4), months late are
// counted on the calendar, so that 31 May to 1 June is one (ACR-7), and after
// deflation the correction is negative (ACR-8). All is integers: cents, and
// rates and factors in ten-thousandths as GSAN's columns have them.
//
// Only bills are late here: a guia never is (ACR-1). That the charges may be
// zero because of who pays or how (ACR-2) is for whoever knows the property to
// say. GSAN's switch that drops the interest of bills due after the open month
// is off where customers ask, and is not here (ACR-11).
//
// The correction by the tariff (ACR-10) is not computed. It is a whole bill at
// today's tariff: GSAN takes for it the bands of every category, the least
// consumption of the connection, the reading days of the route's calendar and,
// where a tariff began between them, a share of each tariff, all of which a
// utility may compute in a way of its own. A figure that is nearly right would
// be printed with a bar code, so such a bill has no figure here, and whoever
// asks is told that it has none. Its second copy is right nevertheless, for that
// never has late charges (VIA-12).
package latecharge

import (
	"math/bits"
	"slices"
	"time"

	"lojavirtual/store"
)

// An Index is what holds for one month (a row of cobranca.indices_acresc_impont,
// gsan-rules ACR-5). Rates and limits are in ten-thousandths of a percent, so
// that 2 % is 20000; null is 0.
type Index struct {
	Month         store.Month // iaci_amreferencia
	Fine          int64       // iaci_pcmulta
	FineDaily     bool        // iaci_icmultamensal is 2: a day, and not once
	FineLimit     int64       // iaci_pclimitemulta, of a daily fine
	Interest      int64       // iaci_pcjurosmora
	InterestDaily bool        // iaci_icjurosmensal is 2: a day, and not a month
	InterestLimit int64       // iaci_pclimitejuros, of daily interest
	Factor        int64       // iaci_nnfatoratlzcmonetaria, in ten-thousandths: 1.2500 is 12500
}

// Rules is what GSAN's parameters and tables say on late charges.
type Rules struct {
	Indices []Index               // by month, oldest first
	Holiday func(store.Date) bool // national, or of the property's town; nil for none

	Shift   int // days taken off today before counting the grace: parm_nndiasvenctocobranca
	Grace   int // business days without charges: parm_nndiascalculoacrescimos
	Correct int // months late that are not corrected yet: parm_nnmesescalculocorrecao, -1 if null

	Tariff      bool        // correct by the tariff and not by the index: parm_icatualizacaotarifaria is 1
	TariffSince store.Month // bills from this month on are not corrected by the tariff: parm_amatualizacaotarifaria; 0, and none is

	// PlainOctober looks up the index of October as that of any other month. GSAN
	// builds the key of October wrongly and so takes the newest row there is,
	// even of a later month; so do we, unless this is set (gsan-rules ACR-9).
	PlainOctober bool
}

// A Bill is what the charges hang on.
type Bill struct {
	Value   store.Money // net of withheld taxes (DEB-2)
	Fines   store.Money // fines that were charged inside it
	Month   store.Month // its reference
	Due     store.Date
	Finable bool // its fine was not charged yet: cnta_iccobrancamulta is 2
}

// Charges returns what a bill costs beyond its value when it is paid today.
// Known is false, and there are no charges, if it is corrected by the tariff,
// which is not computed here (ACR-10).
func (r Rules) Charges(b Bill, today store.Date) (c store.LateCharges, known bool) {
	if r.BusinessDays(b.Due, today.Add(-r.Shift)) <= r.Grace { // ACR-3
		return store.LateCharges{}, true
	}
	if r.Tariff && b.Month < r.TariffSince {
		return store.LateCharges{}, false
	}
	index, _ := r.initial(b)
	days, months := int64(b.Due.DaysUntil(today)), Months(b.Due, today)

	if b.Finable { // ACR-6
		rate := index.Fine
		if index.FineDaily {
			rate = min(rate*days, index.FineLimit)
		}
		c.Fine = share(b.Value-b.Fines, rate, percent)
	}
	if index.InterestDaily { // ACR-7
		c.Interest = share(b.Value, min(index.Interest*days, index.InterestLimit), percent)
	} else {
		c.Interest = share(b.Value, index.Interest*int64(months), percent)
	}
	if !r.Tariff && (r.Correct < 0 || months > r.Correct) { // ACR-8
		c.Correction = correction(b.Value, index.Factor, r.final(today).Factor)
	}
	return c, true
}

// percent is what a rate in ten-thousandths of a percent is divided by.
const percent = 100 * 10000

// initial returns the index row of a bill (ACR-4); ok is false, and all rates
// zero, if there is none at all.
func (r Rules) initial(b Bill) (i Index, ok bool) {
	if i, ok = r.of(store.MonthOf(b.Due).Add(-1)); ok {
		return i, true
	}
	if i, ok = r.before(b.Month); ok {
		return i, true
	}
	if len(r.Indices) == 0 {
		return Index{}, false
	}
	return r.Indices[0], true
}

// final returns the index row of the day of payment (ACR-8, ACR-9).
func (r Rules) final(day store.Date) Index {
	month := store.MonthOf(day)
	if day.Month == time.October && !r.PlainOctober {
		month = store.Month(day.Year*1000 + 10) // GSAN's key of seven digits, which no row has
	}
	i, ok := r.of(month)
	if !ok {
		i, _ = r.before(month)
	}
	return i
}

// of returns the row of a month.
func (r Rules) of(month store.Month) (i Index, ok bool) {
	at, ok := slices.BinarySearchFunc(r.Indices, month, byMonth)
	if !ok {
		return Index{}, false
	}
	return r.Indices[at], true
}

// before returns the latest row before a month.
func (r Rules) before(month store.Month) (i Index, ok bool) {
	at, _ := slices.BinarySearchFunc(r.Indices, month, byMonth)
	if at == 0 {
		return Index{}, false
	}
	return r.Indices[at-1], true
}

func byMonth(i Index, month store.Month) int { return int(i.Month) - int(month) }

// correction is value × final ÷ initial − value, the ratio to seven decimals;
// zero if a factor is.
func correction(value store.Money, initial, final int64) store.Money {
	if initial == 0 || final == 0 {
		return 0
	}
	const seven = 1e7
	return share(value, int64(share(seven, final, initial))-seven, seven)
}

// share is m × part ÷ whole, halves rounded away from zero, as GSAN rounds late
// charges ("r2up", and "div7" of seven decimals). Whole is not zero.
func share(m store.Money, part, whole int64) store.Money {
	negative := (m < 0) != (part < 0)
	high, low := bits.Mul64(magnitude(int64(m)), magnitude(part))
	low, carry := bits.Add64(low, uint64(whole)/2, 0)
	quotient, _ := bits.Div64(high+carry, low, uint64(whole)) // panics beyond 2⁶³ cents, which no column holds
	if negative {
		return -store.Money(quotient)
	}
	return store.Money(quotient)
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// BusinessDays counts the business days from one day on and before another;
// none if the other is not later (gsan-rules 0.2 "uteis").
func (r Rules) BusinessDays(from, to store.Date) int {
	n := 0
	for day := from; day.Before(to); day = day.Add(1) {
		weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
		if !weekend && (r.Holiday == nil || !r.Holiday(day)) {
			n++
		}
	}
	return n
}

// Months counts the months between two days on the calendar, whatever the days,
// and whichever comes first (gsan-rules 0.2 "meses").
func Months(a, b store.Date) int {
	n := (b.Year-a.Year)*12 + int(b.Month) - int(a.Month)
	return max(n, -n)
}
