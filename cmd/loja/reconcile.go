package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lojavirtual/store"
	"lojavirtual/store/postgres"
)

// reconcile compares our charges with the providers' lists and GSAN's payments.
type reconcile struct {
	Since string `placeholder:"DATE" help:"Charges and payments from this day on, as 2026-11-01; ten days ago if not given."`
	JSON  bool   `help:"Print one JSON document; sums are in cents."`
}

// What a comparison found that is no failure of it.
var (
	errDiffers = errors.New("not all agree")
	errPartial = errors.New("could not ask everybody")
)

const (
	reconciled     = 10 * 24 * time.Hour // that a comparison goes back
	reconcileEvery = 24 * time.Hour
	onItsWay       = 15 * time.Minute    // for which a payment may be known to one side alone
	chargesCounted = 30 * 24 * time.Hour // that charges are in metrics after their end
)

// Run implements the verb.
func (v reconcile) Run(ctx context.Context) error {
	now := time.Now()
	since := now.Add(-reconciled)
	if v.Since != "" {
		day, err := time.ParseInLocation(time.DateOnly, v.Since, store.Zone)
		if err != nil || day.After(now) {
			return fmt.Errorf("--since: write a day that has begun, as 2026-11-01 (%w)", errMisused)
		}
		since = day
	}
	cfg, err := configure("LOJA_DATABASE_URL")
	if err != nil {
		return err
	}
	l := &loja{config: cfg, log: slog.New(slog.DiscardHandler)} // a verb says what it found
	defer l.Close()
	if err := l.openLedger(ctx); err != nil {
		return err
	}
	r, err := l.reconcile(ctx, since, now)
	if err != nil {
		return err
	}
	if v.JSON {
		enc := json.NewEncoder(os.Stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(r)
	} else {
		err = printReconciliation(os.Stdout, r)
	}
	switch {
	case err != nil:
		return err
	case len(r.Unasked) > 0:
		return fmt.Errorf("%w: %s; %d differences with the others", errPartial, strings.Join(r.Unasked, ", "), len(r.Differences))
	case len(r.Differences) > 0:
		return fmt.Errorf("%w: %d differences", errDiffers, len(r.Differences))
	}
	return nil
}

// printReconciliation prints a line for each difference.
func printReconciliation(w io.Writer, r store.Reconciliation) error {
	fmt.Fprintf(w, "%d charges since %s\n", r.Charges, r.Since.In(store.Zone).Format("02/01/2006 15:04"))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(r.Differences) > 0 {
		fmt.Fprintln(t, "KIND\tPROVIDER\tCHARGE\tOURS\tTHEIRS\tWHAT IT IS: WHAT TO DO")
	}
	for _, d := range r.Differences {
		about := ""
		if d.Payment != "" {
			about += " (payment " + d.Payment + ")"
		}
		if d.Bill != 0 {
			about += fmt.Sprintf(" (cnta_id %d)", d.Bill)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s%s: %s\n", d.Kind, d.Provider, d.Charge, d.Ours, d.Theirs, d.Kind.What(), about, d.Kind.Do())
	}
	return t.Flush()
}

// reconcileJobs are what is done on a schedule to compare charges.
func (l *loja) reconcileJobs() []job {
	if l.pix == nil && l.cards == nil {
		return nil
	}
	return []job{{name: "reconcile", every: time.Hour, do: l.reconcileDaily}}
}

// reconcileDaily compares if nobody has in the last day, of all processes and
// terminals; whoever could not ask everybody tries again in an hour.
func (l *loja) reconcileDaily(ctx context.Context) error {
	last, ok, err := l.db.LastReconciliation(ctx)
	now := time.Now()
	if err != nil || ok && len(last.Unasked) == 0 && now.Sub(last.At) < reconcileEvery {
		return err
	}
	_, err = l.reconcile(ctx, now.Add(-reconciled), now)
	return err
}

// reconcile compares what was opened or paid since then, records what was not
// known, and keeps what it found. A provider that cannot be asked is named in the
// result; of it nothing is said, as what is not known cannot differ.
func (l *loja) reconcile(ctx context.Context, since, now time.Time) (store.Reconciliation, error) {
	r := store.Reconciliation{At: now, Since: since, Unasked: []string{}, Differences: []store.Difference{}}
	kept, err := l.db.ChargesSince(ctx, since)
	if err != nil {
		return r, err
	}
	var heard []store.ChargeEvent
	if heard, r.Unasked = l.hearProviders(ctx, kept, since, now); ctx.Err() != nil {
		return r, ctx.Err()
	}
	found, news := compareProviders(kept, heard, r.Unasked, since, now.Add(-onItsWay))
	for _, e := range news {
		d, err := l.recordFound(ctx, e, now)
		if err != nil {
			return r, err
		}
		found = append(found, d...)
	}
	if len(news) > 0 {
		if kept, err = l.db.ChargesSince(ctx, since); err != nil {
			return r, err
		}
	}
	withGSAN, err := l.db.CompareCharges(ctx, kept, now)
	if err != nil {
		return r, err
	}
	r.Charges, r.Differences = len(kept), append(found, withGSAN...)
	slices.SortStableFunc(r.Differences, func(a, b store.Difference) int {
		return slices.Index(store.DifferenceKinds, a.Kind) - slices.Index(store.DifferenceKinds, b.Kind)
	})
	if err := l.db.KeepReconciliation(ctx, r); err != nil {
		return r, err
	}
	level := slog.LevelInfo
	if len(r.Differences) > 0 || len(r.Unasked) > 0 {
		level = slog.LevelWarn
	}
	l.log.Log(ctx, level, "compared charges with providers and GSAN", "charges", r.Charges, "differences", len(r.Differences), "unasked", r.Unasked)
	return r, nil
}

// hearProviders asks the bank for its list, and each company for what it has of
// the charges, and returns who could not be asked.
func (l *loja) hearProviders(ctx context.Context, kept []postgres.KeptCharge, since, now time.Time) (heard []store.ChargeEvent, unasked []string) {
	unasked = []string{}
	fail := func(provider string, err error) {
		unasked = append(unasked, provider)
		l.log.Warn("a provider cannot be compared with our charges", "provider", provider, "error", err)
	}
	gone := errors.New("it is not the operator's any more")
	if l.pix != nil {
		events, err := l.pix.heard(ctx, since, now)
		if err != nil {
			fail(store.ByPix, err)
		}
		heard = append(heard, events...)
	}
	for _, k := range kept {
		switch {
		case slices.Contains(unasked, k.Provider):
			continue
		case k.Provider == store.ByPix && l.pix == nil, k.Provider != store.ByPix && l.cards == nil:
			fail(k.Provider, gone)
		case k.Provider != store.ByPix:
			events, ok, err := l.cards.heard(ctx, k.Charge)
			if err == nil && !ok {
				err = gone
			}
			if err != nil {
				fail(k.Provider, err)
			}
			heard = append(heard, events...)
		}
	}
	return heard, unasked
}

// compareProviders finds what providers tell otherwise than our charges, and what
// they tell that is news. That a provider lacks a payment is said of those made in
// that time alone.
func compareProviders(kept []postgres.KeptCharge, heard []store.ChargeEvent, unasked []string, since, until time.Time) (found []store.Difference, news []store.ChargeEvent) {
	type name struct{ provider, id string }
	told := map[name]store.ChargeEvent{}
	for _, e := range heard {
		told[name{e.Provider, e.ID}] = e
	}
	known := map[name]bool{}
	for _, k := range kept {
		for _, e := range k.Events {
			known[name{e.Provider, e.ID}] = true
			if e.Kind != store.EventPaid || slices.Contains(unasked, e.Provider) {
				continue
			}
			d := store.Difference{Provider: e.Provider, Charge: k.ID, Payment: e.Payment, Ours: e.Amount}
			switch theirs, ok := told[name{e.Provider, e.ID}]; {
			case !ok && !e.At.Before(since) && e.At.Before(until):
				d.Kind = store.NotAtProvider
			case ok && theirs.Amount != e.Amount:
				d.Kind, d.Theirs = store.ProviderAmount, theirs.Amount
			default:
				continue
			}
			found = append(found, d)
		}
	}
	for _, e := range heard {
		if n := (name{e.Provider, e.ID}); !known[n] && !slices.Contains(unasked, e.Provider) {
			known[n] = true
			news = append(news, e)
		}
	}
	return found, news
}

var chargeForm = regexp.MustCompile(`^[a-z2-7]{26}$`) // of store.Charge.ID

// recordFound records what a provider told when it was asked. Others may make
// charges with the operator's key, too; what is of none of ours and does not look
// like one is nobody's.
func (l *loja) recordFound(ctx context.Context, e store.ChargeEvent, now time.Time) ([]store.Difference, error) {
	d := store.Difference{Kind: store.UnknownPayment, Provider: e.Provider, Charge: e.Charge, Payment: e.Payment, Theirs: e.Amount}
	_, ok, err := l.db.RecordEvent(ctx, e, now)
	switch {
	case err != nil:
		return nil, err
	case ok && e.At.After(now.Add(-onItsWay)): // its webhook comes now
		return nil, nil
	case e.Kind == store.EventRefunded, e.Kind == store.EventReturned:
		d.Kind = store.UnknownRefund
		if !ok { // its payment was told of
			return nil, nil
		}
	case !ok && !chargeForm.MatchString(e.Charge):
		return nil, nil
	case !ok:
		d.Kind = store.UnknownCharge
	}
	return []store.Difference{d}, nil
}

// ledgerState reads how charges stand, and what the last comparison found, when
// Prometheus asks. Every process says the same.
type ledgerState struct{ db *postgres.DB }

var (
	chargesDesc     = prometheus.NewDesc("loja_charges", "Charges that have not ended, or ended in the last 30 days, by provider and state.", []string{"provider", "state"}, nil)
	differencesDesc = prometheus.NewDesc("loja_reconcile_differences", "What the last comparison of charges with providers and GSAN found, by kind.", []string{"kind"}, nil)
	reconciledDesc  = prometheus.NewDesc("loja_reconcile_timestamp_seconds", "When charges were last compared with all providers and GSAN.", nil, nil)
)

// Describe implements prometheus.Collector.
func (ledgerState) Describe(all chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{chargesDesc, differencesDesc, reconciledDesc} {
		all <- d
	}
}

// Collect implements prometheus.Collector. While PostgreSQL is away there is
// nothing to tell.
func (s ledgerState) Collect(all chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		all <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	err := s.db.CountCharges(ctx, time.Now().Add(-chargesCounted), func(provider string, state store.ChargeState, n int) {
		gauge(chargesDesc, float64(n), provider, string(state))
	})
	if err != nil {
		return
	}
	last, ok, err := s.db.LastReconciliation(ctx)
	if err != nil || !ok {
		return
	}
	for _, kind := range store.DifferenceKinds {
		gauge(differencesDesc, float64(last.Count(kind)), string(kind))
	}
	gauge(reconciledDesc, float64(last.At.Unix()))
}

// reconciliation says what the last comparison found.
func (r *round) reconciliation(ctx context.Context, db *postgres.DB) {
	last, ok, err := db.LastReconciliation(ctx)
	if err != nil || !ok {
		r.check("charges compared with providers and GSAN: not yet, loja serve does it daily", err)
		return
	}
	what := fmt.Sprintf("charges compared with providers and GSAN at %s: %d, %d differences",
		last.At.UTC().Format("2006-01-02 15:04 UTC"), last.Charges, len(last.Differences))
	switch {
	case len(last.Unasked) > 0:
		r.note(what, strings.Join(last.Unasked, ", ")+" could not be asked: the log of loja says why, loja reconcile tries again")
	case len(last.Differences) > 0:
		r.note(what, "loja reconcile lists them, with what to do about each")
	case time.Since(last.At) > 3*reconcileEvery:
		r.note(what, "that is long ago: loja serve does it daily, see its log")
	default:
		r.note(what, "")
	}
}
