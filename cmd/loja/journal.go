package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lojavirtual/bot"
	"lojavirtual/store"
	"lojavirtual/store/postgres"
	"lojavirtual/store/redis"
)

const (
	journalBatch  = 500              // turns that are stored in one transaction
	journalPause  = time.Second      // between two looks for new ones
	journalDoubts = 10 * time.Minute // after which we ask again how far it is stored
)

// A journalKeeper stores what was said, from Redis in PostgreSQL. Every process
// has one and any of them stores; how far it is stored stands beside what is
// stored, so that whoever dies, and whichever store loses its memory, nothing is
// lost that either has, and nothing is there twice.
type journalKeeper struct {
	db   *postgres.DB
	mail *redis.Mail

	known []string // by part: where it was last stored, as far as we know
	asked time.Time
}

func newJournalKeeper(db *postgres.DB, mail *redis.Mail) *journalKeeper {
	return &journalKeeper{db: db, mail: mail}
}

// keepJournal stores what is new until the context ends.
func (l *loja) keepJournal(ctx context.Context) {
	k := newJournalKeeper(l.db, l.mail)
	failing := false
	for {
		stored, err := k.store(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			l.metrics.ran("journal", err)
			if !failing {
				log := l.log.Error
				if bot.IsTemporary(err) {
					log = l.log.Warn
				}
				log("cannot store what was said; it waits in Redis", "error", err)
			}
		case stored > 0:
			l.metrics.ran("journal", nil)
		}
		failing = err != nil
		timer := time.NewTimer(journalPause*3/4 + rand.N(journalPause/2))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// store stores all that is new and returns how many turns that was. Parts that
// another process is at are left to it.
func (k *journalKeeper) store(ctx context.Context) (stored int, err error) {
	if time.Since(k.asked) > journalDoubts {
		if k.known, err = k.db.StoredTurns(ctx); err != nil {
			return 0, err
		}
		k.asked = time.Now()
	}
	ends, err := k.mail.Ends(ctx)
	if err != nil {
		return 0, err
	}
	for part, end := range ends {
		for end != "" && end != k.known[part] {
			last, n, busy, err := k.db.StoreTurns(ctx, part, func(ctx context.Context, after string) ([]store.Turn, error) {
				return k.read(ctx, part, after)
			})
			if err != nil {
				return stored, err
			}
			if busy {
				break
			}
			stored += n
			k.known[part] = last
			if err := k.mail.Stored(ctx, part, last); err != nil {
				return stored, err
			}
			if n < journalBatch {
				break
			}
		}
	}
	return stored, nil
}

// read returns the turns of a part after a stored one.
func (k *journalKeeper) read(ctx context.Context, part int, after string) ([]store.Turn, error) {
	turns, err := k.mail.JournalAfter(ctx, part, after, journalBatch)
	if err != nil || len(turns) > 0 || after == "" {
		return turns, err
	}
	ends, err := k.mail.Ends(ctx)
	if err != nil || ends[part] == "" || !store.LaterTurn(after, ends[part]) {
		return nil, err
	}
	// Redis has lost its memory, and its clock is behind: all that is there is new.
	return k.mail.JournalAfter(ctx, part, "", journalBatch)
}

// journalLag tells Prometheus how far the journal is behind.
type journalLag struct {
	db   *postgres.DB
	mail *redis.Mail
}

var lagDesc = prometheus.NewDesc("loja_journal_lag_seconds", "How long the oldest turn has waited to be stored in PostgreSQL.", nil, nil)

// Describe implements prometheus.Collector.
func (journalLag) Describe(all chan<- *prometheus.Desc) { all <- lagDesc }

// Collect implements prometheus.Collector. While a store is away there is
// nothing to tell.
func (j journalLag) Collect(all chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	stored, err := j.db.StoredTurns(ctx)
	if err != nil {
		return
	}
	if lag, err := j.mail.Lag(ctx, stored); err == nil {
		all <- prometheus.MustNewConstMetric(lagDesc, prometheus.GaugeValue, lag.Seconds())
	}
}
