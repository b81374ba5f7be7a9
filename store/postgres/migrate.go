package postgres

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// schemaLock names the making of our schema among advisory locks.
const schemaLock = 7306082

// Migrate makes our schema loja or brings it up to date. Any number of
// processes may do so at once: one works, the others wait. GSAN's own tables
// are left alone.
func Migrate(ctx context.Context, url string) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	settle(config)
	db := stdlib.OpenDB(*config)
	defer db.Close() //nolint:errcheck // nothing is left to do about it
	if _, err := db.ExecContext(ctx, fmt.Sprintf(`
		DO $$ BEGIN
			PERFORM pg_advisory_xact_lock(%d);
			IF to_regnamespace('loja') IS NULL THEN -- else no right to make schemas is needed
				CREATE SCHEMA loja;
			END IF;
		END $$`, schemaLock)); err != nil {
		return away("make our schema", err)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(schemaLock), lock.WithLockTimeout(1, 60))
	if err != nil {
		return err
	}
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(database.DialectPostgres, db, steps,
		goose.WithTableName("loja.goose_db_version"), goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return away("migrate our schema", err)
}

// MigrationSQL returns all that Migrate would do in an empty database, for who
// wants to read or run it by hand.
func MigrationSQL() string {
	var all strings.Builder
	all.WriteString("CREATE SCHEMA IF NOT EXISTS loja;\n")
	for _, name := range migrationNames() {
		text, _ := migrations.ReadFile(name)
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		all.WriteString("\n-- " + strings.TrimPrefix(name, "migrations/") + "\n")
		all.WriteString(strings.TrimSpace(strings.Replace(up, "-- +goose Up\n", "", 1)) + "\n")
	}
	return all.String()
}

// migrationNames returns the files of the migrations, in order.
func migrationNames() []string {
	names, _ := fs.Glob(migrations, "migrations/*.sql") // fails for bad patterns only
	return names
}
