package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// Watch notes that a conversation wants to be told when a request of the
// property is not any more as stamp says, which is what it has just been shown.
// Asked again it begins anew. It ends when the request was told to be closed,
// after so many days (see EndWatches), or by Unwatch. A request that is not among
// the property's Requests is not watched.
func (db *DB) Watch(ctx context.Context, session string, property, request int64, stamp string) error {
	_, err := db.pool.Exec(ctx, `
		INSERT INTO loja.watch AS w (session, request, property, told)
		SELECT $2::text, r.rgat_id, r.imov_id, $4::text
		  FROM atendimentopublico.registro_atendimento r
		 WHERE `+concerning+` AND r.rgat_id = $3::bigint
		    ON CONFLICT (session, request) DO UPDATE SET property = excluded.property, told = excluded.told, times = 0, since = now()`,
		property, session, request, stamp)
	return away("watch request", err)
}

// Unwatch ends what Watch began: for one request, or for all if request is 0. It
// returns how many were being watched.
func (db *DB) Unwatch(ctx context.Context, session string, request int64) (int, error) {
	done, err := db.pool.Exec(ctx, `
		DELETE FROM loja.watch WHERE session = $1::text AND (request = $2::bigint OR $2::bigint = 0)`, session, request)
	return int(done.RowsAffected()), away("unwatch requests", err)
}

// Watched tells whether a conversation is told when the request changes.
func (db *DB) Watched(ctx context.Context, session string, request int64) (bool, error) {
	var yes bool
	err := db.pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM loja.watch WHERE session = $1::text AND request = $2::bigint)`, session, request).Scan(&yes)
	return yes, away("watched request", err)
}

// Changes returns who is to be told what, those who have waited longest first.
func (db *DB) Changes(ctx context.Context) ([]store.Change, error) {
	type row struct {
		progressRow
		Session  string
		Property int64
		Times    int
		Since    time.Time
	}
	rows, _ := db.pool.Query(ctx, `
		SELECT `+followed+`, w.session, w.property, w.times, w.since
		  FROM loja.watch w JOIN `+followedFrom+` ON r.rgat_id = w.request AND r.imov_id = w.property
		 WHERE w.told <> `+stamp+`
		 ORDER BY r.rgat_tmultimaalteracao, w.request, w.session`)
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (store.Change, error) {
		c, err := pgx.RowToStructByName[row](r)
		return store.Change{Session: c.Session, Property: c.Property, Since: c.Since, Times: c.Times, Progress: c.progress()}, err
	})
	return found, away("watched requests that changed", err)
}

// Told notes that a change was told. Once a request was told to be closed it is
// not watched any more.
func (db *DB) Told(ctx context.Context, c store.Change) error {
	if c.Progress.Status == store.RequestClosed {
		_, err := db.pool.Exec(ctx, `
			DELETE FROM loja.watch WHERE session = $1::text AND request = $2::bigint AND since = $3::timestamptz`,
			c.Session, c.Progress.Request, c.Since)
		return away("end a watch", err)
	}
	_, err := db.pool.Exec(ctx, `
		UPDATE loja.watch SET told = $5::text, times = times + 1
		 WHERE session = $1::text AND request = $2::bigint AND since = $3::timestamptz AND times = $4::int`,
		c.Session, c.Progress.Request, c.Since, c.Times, c.Progress.Stamp)
	return away("note that a change was told", err)
}

// EndWatches forgets those that began more than so many days ago, and those of
// requests that are gone or have become another property's.
func (db *DB) EndWatches(ctx context.Context, days int) error {
	_, err := db.pool.Exec(ctx, `
		DELETE FROM loja.watch w
		 WHERE w.since < $1::date OR NOT EXISTS (
		       SELECT 1 FROM atendimentopublico.registro_atendimento r WHERE r.rgat_id = w.request AND r.imov_id = w.property)`,
		db.Today().Add(-days))
	return away("end watches", err)
}
