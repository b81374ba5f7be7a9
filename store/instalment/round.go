package instalment

import (
	"math/big"

	"lojavirtual/store"
)

// An amount is any number of cents, not rounded.
func amount(m store.Money) *big.Rat { return new(big.Rat).SetInt64(int64(m)) }

func plus(a, b *big.Rat) *big.Rat  { return new(big.Rat).Add(a, b) }
func minus(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }

// share is a percentage of an amount. A hundredth of it has at most four
// decimals, so that GSAN's division by 100 to seven loses nothing.
func share(a *big.Rat, p Percent) *big.Rat {
	return new(big.Rat).Mul(a, big.NewRat(int64(p), 100*100))
}

// part is a percentage of an amount, rounded to the cent.
func part(m store.Money, p Percent) store.Money { return centsDown(share(amount(m), p)) }

// centsDown rounds to the cent, an exact half toward zero: r2down of the rules.
func centsDown(a *big.Rat) store.Money {
	return store.Money(nearest(a.Num(), a.Denom(), false).Int64())
}

// nearest is the whole number nearest to a quotient; an exact half goes away
// from zero if up, and else toward it. The divisor is positive.
func nearest(num, den *big.Int, up bool) *big.Int {
	q, r := new(big.Int).QuoRem(num, den, new(big.Int))
	half := r.Lsh(r.Abs(r), 1).Cmp(den)
	if half > 0 || half == 0 && up {
		q.Add(q, big.NewInt(int64(num.Sign())))
	}
	return q
}
