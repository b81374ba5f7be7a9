package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

//go:embed demo/*.sql
var demo embed.FS

// Seed writes the people of the demo, and as many more properties as wanted,
// into the database at url, as if today were the day. The same seed gives the
// same people. GSAN's tables are made if there are none; if there are, and one
// of those that the demo writes to has a row, nothing is done and the error says
// which. It all happens or none of it.
func Seed(ctx context.Context, url string, properties int, seed int64, today store.Date) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	settle(config)
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return away("connect", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is left to do about it
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		made, err := hasTables(ctx, tx)
		if err != nil {
			return err
		}
		var script []string
		if !made {
			script = append(script, "tables.sql")
		}
		if err := run(ctx, tx, append(script, "codes.sql")...); err != nil {
			return err
		}
		if err := newSeeder(seed, today).write(ctx, tx, properties); err != nil {
			return err
		}
		if made {
			return nil
		}
		return run(ctx, tx, "keys.sql")
	})
	if err != nil {
		return away("seed", err)
	}
	_, err = conn.Exec(ctx, "ANALYZE")
	return away("analyze", err)
}

// run executes scripts of the demo.
func run(ctx context.Context, tx pgx.Tx, scripts ...string) error {
	for _, name := range scripts {
		text, err := demo.ReadFile("demo/" + name)
		if err != nil {
			return err
		}
		if _, err := tx.Conn().PgConn().Exec(ctx, string(text)).ReadAll(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

var tableName = regexp.MustCompile(`(?m)^create table (\S+)`)

// hasTables tells whether GSAN's tables are there. If one of them has a row,
// that is an error.
func hasTables(ctx context.Context, tx pgx.Tx) (bool, error) {
	text, err := demo.ReadFile("demo/tables.sql")
	if err != nil {
		return false, err
	}
	var names []string
	for _, match := range tableName.FindAllStringSubmatch(string(text), -1) {
		names = append(names, match[1])
	}
	rows, _ := tx.Query(ctx, `
		SELECT table_schema || '.' || table_name FROM information_schema.tables
		 WHERE table_schema || '.' || table_name = ANY($1::text[]) ORDER BY 1`, names)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return false, err
	}
	var full []string
	var batch pgx.Batch
	for _, name := range found {
		batch.Queue("SELECT EXISTS (SELECT 1 FROM " + name + ")").QueryRow(func(row pgx.Row) error {
			var some bool
			if err := row.Scan(&some); err != nil {
				return err
			}
			if some {
				full = append(full, name)
			}
			return nil
		})
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return false, err
	}
	if len(full) > 0 {
		return false, fmt.Errorf("%w: %s has rows", ErrNotEmpty, full[0])
	}
	return len(found) > 0, nil
}

// ErrNotEmpty is why Seed refuses a database: the demo's people never go among
// real ones.
var ErrNotEmpty = errors.New("the database is not empty")
