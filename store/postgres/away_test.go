package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"lojavirtual/store"
)

func TestAway(t *testing.T) {
	said := func(code string) error { return fmt.Errorf("query: %w", &pgconn.PgError{Code: code, Message: "said"}) }
	for name, c := range map[string]struct {
		err       error
		temporary bool
	}{
		"connection lost":     {said("08006"), true},
		"too many clients":    {said("53300"), true},
		"disk full":           {said("53100"), true},
		"server shuts down":   {said("57P01"), true},
		"server starts up":    {said("57P03"), true},
		"statement timeout":   {said("57014"), true},
		"no such table":       {said("42P01"), false},
		"no such column":      {said("42703"), false},
		"no right":            {said("42501"), false},
		"wrong password":      {fmt.Errorf("connect: %w", said("28P01")), false},
		"not in the encoding": {said("22P05"), false},
		"cut in mid answer":   {io.ErrUnexpectedEOF, true},
		"closed":              {net.ErrClosed, true},
		"refused":             {&net.OpError{Op: "dial", Err: errors.New("refused")}, true},
		"took too long":       {context.DeadlineExceeded, true},
		"anything else":       {errors.New("cannot scan"), false},
	} {
		err := away("do it", c.err)
		var t2 interface{ Temporary() bool }
		if got := errors.As(err, &t2) && t2.Temporary(); got != c.temporary {
			t.Errorf("%s: temporary %t", name, got)
		}
		if !errors.Is(err, c.err) || !strings.HasPrefix(err.Error(), "do it: ") {
			t.Errorf("%s: %q does not wrap", name, err)
		}
	}
	if away("do it", nil) != nil {
		t.Error("no error became one")
	}
}

// TestAwayFromNowhere opens what is not there.
func TestAwayFromNowhere(t *testing.T) {
	_, err := Open(t.Context(), "postgres:///x?host="+t.TempDir())
	var temporary interface{ Temporary() bool }
	if !errors.As(err, &temporary) || !temporary.Temporary() {
		t.Errorf("no server there: %v", err)
	}
}

// TestValidity: the worked examples of VIA-14.
func TestValidity(t *testing.T) {
	day := func(y int, m time.Month, d int) store.Date { return store.Date{Year: y, Month: m, Day: d} }
	for _, c := range []struct{ stored, today, want store.Date }{
		{day(2024, 3, 31), day(2024, 6, 10), day(2024, 8, 30)},
		{day(2024, 3, 31), day(2024, 7, 5), day(2024, 9, 30)},
		{day(2024, 6, 11), day(2024, 6, 10), day(2024, 6, 11)},
		{day(2024, 6, 10), day(2024, 6, 10), day(2024, 8, 30)}, // the last day is not to come any more
		{store.Date{}, day(2024, 6, 10), day(2024, 8, 30)},
		{store.Date{}, day(2024, 10, 2), day(2024, 12, 30)}, // the 31st made a holiday below
	} {
		holidays := map[store.Date]bool{day(2024, 12, 31): true}
		if got := validity(c.stored, c.today, holidays); got != c.want {
			t.Errorf("VIA-14: stored %s, today %s: %s, want %s", c.stored, c.today, got, c.want)
		}
	}
}

func TestPercent(t *testing.T) {
	for hundredths, want := range map[int]string{8000: "80%", 3750: "37,5%", 10000: "100%", 465: "4,65%"} {
		if got := percent(hundredths); got != want {
			t.Errorf("%d: %s, want %s", hundredths, got, want)
		}
	}
}
