// Package postgres reads GSAN's tables and keeps our own. SQL stands in the
// function that runs it, a file per noun; GSAN's names end here.
//
// # Rules of the SQL
//
// GSAN's tables may live in a PostgreSQL as old as 9.4, in LATIN1, with or
// without the implicit casts that its scripts create: casts are explicit,
// columns are named, amounts leave the server as cents. A question is one
// statement, so one round trip; what the code tables say is kept in memory
// (see Open), for planning joins costs more than running them. Every question
// about a bill has the property in its WHERE, so that the number of somebody
// else's bill finds nothing.
//
// GSAN's own tables are never altered. What a customer asks for is written to
// their rows once, in one transaction (see once). What we keep is in the schema
// loja (see Migrate), which needs PostgreSQL 10.
//
// # Errors
//
// Trouble that goes away by itself (lost connections, timeouts, SQLSTATE
// classes 08, 53 and 57) has a method Temporary that returns true. All else,
// such as a missing table or right, is a bug or a wrong configuration. No error
// holds a document.
//
// # The demo
//
// Seed writes the demo's people and any number of others into an empty
// database. Both go through one generator, in Go because their dates hang on
// the day it runs; the tables and GSAN's code tables are SQL, in demo.
package postgres

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"lojavirtual/store"
	"lojavirtual/store/seal"
)

// A DB is GSAN's database and our schema in it. Its methods may be called from
// several goroutines.
type DB struct {
	// Today tells what day it is. It may be replaced before the first question.
	Today func() store.Date
	// Company is the FEBRABAN code of 4 digits that bar codes bear; if "",
	// GSAN's parm_cdempresafebraban. It may be set before the first question.
	Company string
	// WorkOrders says that customers may ask for what opens a work order or a
	// charge in GSAN: only the request is written, staff make the rest. It may be
	// set before the first question.
	WorkOrders bool
	// Clearance is when a year counts as settled; the zero one is by law. It may
	// be set before the first question.
	Clearance store.ClearanceRule
	// DueDayWithoutRequest lets due days be changed where GSAN has no kind of
	// request for it. It may be set before the first question.
	DueDayWithoutRequest bool
	// PlainOctober corrects late bills in October by October's index, and not by
	// the newest there is as GSAN does by mistake (gsan-rules ACR-9). It may be
	// set before the first question.
	PlainOctober bool
	// CardReview is the reason (cmrv_id) under which GSAN has bills em revisão while
	// they are paid by card; 0 leaves GSAN's bills alone. It may be set before the
	// first question.
	CardReview int
	// CardExpiry is how long a card company has for a payment; store.CardTime if 0. It
	// may be set before the first question.
	CardExpiry time.Duration
	// TroubleRequest is the kind (step_id) of the requests that are opened for
	// payments with which something is amiss. 0 takes the first in use that GSAN
	// has for payments made twice (step_icinformarpgtoduplicidade). It may be set
	// before the first question.
	TroubleRequest int
	// ClearingDays is how many business days GSAN takes to get a payment;
	// store.ClearingDays if it is 0. It may be set before the first question.
	ClearingDays int
	// JournalKey is what matrículas are hashed with where what was said is stored;
	// all processes must have the same, and with another one old conversations are not
	// found by their matrícula. It may be set before the first question.
	JournalKey []byte
	// Seals signs documents and checks them; without it they are noted unsealed. It
	// may be set before the first question.
	Seals *seal.Ring
	// Deals is how deals are simulated. It may be set before the first question.
	Deals store.DealRules

	pool  *pgxpool.Pool
	codes atomic.Pointer[codes]
	stop  context.CancelFunc
	done  chan struct{}
}

const (
	// patience is how long the server may work on one statement.
	patience = "4s"
	// freshness is how old what we keep of the code tables may get.
	freshness = 10 * time.Minute
)

// Open connects to the database at url and reads the code tables, which it
// reads again every ten minutes. adjust may change how connections are made.
// The pool has two connections for each core unless url says pool_max_conns.
// Close the DB after use.
func Open(ctx context.Context, url string, adjust ...func(*pgxpool.Config)) (*DB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = int32(2 * runtime.NumCPU())
	}
	settle(config.ConnConfig)
	if params := config.ConnConfig.RuntimeParams; params["statement_timeout"] == "" {
		params["statement_timeout"] = patience
	}
	for _, change := range adjust {
		change(config)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	db := &DB{
		Today: func() store.Date { return store.DateOf(time.Now()) },
		pool:  pool,
		done:  make(chan struct{}),
	}
	if err := db.refresh(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	var fresh context.Context
	fresh, db.stop = context.WithCancel(context.Background())
	go db.keepFresh(fresh)
	return db, nil
}

// settle gives a connection our settings where its address says nothing else.
// Text in Go is UTF-8; unless told so, a server in LATIN1 takes it for LATIN1.
func settle(config *pgx.ConnConfig) {
	config.RuntimeParams["client_encoding"] = "UTF8"
	for name, value := range map[string]string{
		"timezone":         store.Zone.String(), // GSAN's timestamps are local time
		"application_name": "loja",
	} {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
}

// Close ends all connections. It waits for those in use.
func (db *DB) Close() {
	db.stop()
	<-db.done
	db.pool.Close()
}

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return away("ping the database", db.pool.Ping(ctx)) }

// keepFresh reads the code tables again and again. When it cannot, the old ones
// still serve.
func (db *DB) keepFresh(ctx context.Context) {
	defer close(db.done)
	tick := time.NewTicker(freshness)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := db.refresh(ctx); err != nil && ctx.Err() == nil {
				slog.Warn("code tables not refreshed", "error", err)
			}
		}
	}
}
