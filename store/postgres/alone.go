package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// aloneLocks is the first half of the advisory locks of Alone; the second is
// made of the name. The locks of once have one number and never meet them.
const aloneLocks = 7101

// Alone runs do unless somebody is at it under the same name, in this process
// or another one on the same database; then ran is false. The error of do comes
// back as it is. The lock has a connection of its own: it goes when do ends, and
// when the process dies. It also goes if only that connection breaks, of which
// do learns nothing, so do must bear to be run twice at a time, once in years.
func (db *DB) Alone(ctx context.Context, name string, do func(context.Context) error) (ran bool, err error) {
	conn, err := pgx.ConnectConfig(ctx, db.pool.Config().ConnConfig)
	if err != nil {
		return false, away("connect for "+name, err)
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_, _ = conn.Exec(closing, `SELECT pg_advisory_unlock_all()`) // at once; else when the server sees that we are gone
		_ = conn.Close(closing)
	}()
	err = conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1::int, hashtext($2::text))`, aloneLocks, name).Scan(&ran)
	if err != nil || !ran {
		return false, away("lock for "+name, err)
	}
	return true, do(ctx)
}
