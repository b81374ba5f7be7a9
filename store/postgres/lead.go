package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// A Lead is an office that one process at a time may hold, and which another
// one takes over within seconds when the holder dies, hangs or is cut off.
//
// # Why
//
// The holder has an advisory lock on a connection of its own. That is not
// enough: one that was stopped (SIGSTOP, a frozen machine) keeps its connection,
// and so the lock, and one whose connection was cut goes on for a while not
// knowing it. So the holder shows a sign of life on the same connection every
// Beat, and fences stand around what it may do:
//
//   - Term.Holds is true for three beats after the last sign that PostgreSQL
//     confirmed, by the process's own clocks. Ask it before all that others see.
//   - Who stands by waits until the last sign is five beats old, by
//     PostgreSQL's clock, ends the holder's connections and counts the epoch up.
//   - Term.Keys has connections that bear the epoch. Those of an older epoch are
//     ended before a new term begins, and cannot be opened after that.
//
// What remains: a process that is stopped between asking Holds and doing it does
// it when it goes on, once; and a machine whose clocks both stood still while it
// was frozen believes in its term for up to three beats more. In both cases
// nothing can be written to the keys any more.
//
// All that needs sessions, so a pooler between us and PostgreSQL must not be in
// transaction mode (ErrPooled).
type Lead struct {
	// Beat is the time between two signs of life, 2 seconds by default. All
	// processes must agree on it.
	Beat time.Duration

	db   *DB
	name string
}

// How many beats the holder believes in its term, and how many others wait. The
// difference is what clocks may run apart.
const (
	leaseBeats = 3
	staleBeats = 5
)

// ErrPooled is why a lead cannot be taken: the connections that we hold are not
// sessions of PostgreSQL.
var ErrPooled = errors.New("a pooler in transaction mode stands before PostgreSQL: give LOJA_DATABASE_URL its direct address, or one in session mode")

// Lead returns the office of that name, which is letters only.
func (db *DB) Lead(name string) Lead { return Lead{Beat: 2 * time.Second, db: db, name: name} }

// A Holder is who has an office.
type Holder struct {
	Name  string // host and process
	Since time.Time
	Epoch int64
	Holds bool // false: it gave up, or shows no sign of life and will be replaced
}

// Holder returns who holds the office, or held it last; ok is false if nobody
// ever did.
func (l Lead) Holder(ctx context.Context) (h Holder, ok bool, err error) {
	err = l.db.pool.QueryRow(ctx, `
		SELECT holder, since, epoch, seen >= clock_timestamp() - make_interval(secs => $2::float8) FROM loja.lead WHERE name = $1::text`,
		l.name, l.patience().Seconds()).Scan(&h.Name, &h.Since, &h.Epoch, &h.Holds)
	if errors.Is(err, pgx.ErrNoRows) {
		return Holder{}, false, nil
	}
	return h, err == nil, away("who holds the lead", err)
}

// Check tells whether leads can be held over our connections; the error is
// ErrPooled if not.
func (l Lead) Check(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, l.db.pool.Config().ConnConfig)
	if err != nil {
		return away("look at our connections", err)
	}
	defer closeNow(conn)
	return away("look at our connections", l.checkSession(ctx, conn))
}

// patience is how old a holder's last sign of life must be for others to act.
func (l Lead) patience() time.Duration { return staleBeats * l.Beat }

// A Term is the time for which this process holds an office. It ends when Done
// is closed; Close it in any case.
type Term struct {
	lead  Lead
	epoch int64
	conn  *pgx.Conn
	keys  *pgxpool.Pool
	sql   *sql.DB
	seen  atomic.Pointer[time.Time] // when the last confirmed sign of life was begun

	done  chan struct{}
	stop  context.CancelFunc
	beats sync.WaitGroup
}

// Take takes the office if nobody holds it, and returns nil if somebody does.
func (l Lead) Take(ctx context.Context) (*Term, error) {
	last, _, err := l.Holder(ctx)
	if err != nil || last.Holds {
		return nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, l.db.pool.Config().ConnConfig)
	if err != nil {
		return nil, away("take the lead", err)
	}
	t := &Term{lead: l, conn: conn, done: make(chan struct{})}
	took, err := t.begin(ctx, last.Epoch)
	if err != nil || !took {
		closeNow(conn)
		return nil, away("take the lead", err)
	}
	if err := t.openKeys(ctx); err != nil {
		closeNow(conn)
		return nil, away("take the lead", err)
	}
	beating, stop := context.WithCancel(context.Background())
	t.stop = stop
	t.beats.Go(func() { t.beat(beating) })
	return t, nil
}

// begin gets the lock and writes the new epoch; took is false if another
// process was faster.
func (t *Term) begin(ctx context.Context, last int64) (took bool, err error) {
	l := t.lead
	if err := l.checkSession(ctx, t.conn); err != nil {
		return false, err
	}
	if err := l.endOlder(ctx, t.conn, last+1); err != nil {
		return false, err
	}
	if err := t.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1::int, hashtext($2::text))`, leadLock, l.name).Scan(&took); err != nil || !took {
		return false, err
	}
	began := time.Now()
	err = t.conn.QueryRow(ctx, `
		INSERT INTO loja.lead AS l (name, epoch, holder, pid, since, seen)
		VALUES ($1::text, $2::bigint + 1, $3::text, pg_backend_pid(), clock_timestamp(), clock_timestamp())
		ON CONFLICT (name) DO UPDATE
		   SET epoch = excluded.epoch, holder = excluded.holder, pid = excluded.pid, since = excluded.since, seen = excluded.seen
		 WHERE l.epoch = $2::bigint
		RETURNING epoch`, l.name, last, holderName()).Scan(&t.epoch)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err = t.conn.Exec(ctx, `SELECT set_config('application_name', $1::text, false)`, l.mark(t.epoch)); err != nil {
		return false, err
	}
	t.seen.Store(&began)
	return true, l.endOlder(ctx, t.conn, t.epoch) // those opened meanwhile
}

// leadLock is the first half of the advisory locks of leads.
const leadLock = 730608

// mark is the application_name by which connections of an epoch are known.
func (l Lead) mark(epoch int64) string { return fmt.Sprintf("loja %s %d", l.name, epoch) }

// endOlder ends all connections of epochs before this one, and waits for it.
func (l Lead) endOlder(ctx context.Context, conn *pgx.Conn, epoch int64) error {
	for range 100 {
		var left int
		err := conn.QueryRow(ctx, `
			SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			 WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
			   AND CASE WHEN application_name ~ ('^loja ' || $1::text || ' [0-9]+$')
			            THEN split_part(application_name, ' ', 3)::bigint < $2::bigint ELSE false END`, l.name, epoch).Scan(&left)
		if err != nil || left == 0 {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return errors.New("the connections of the last holder do not end")
}

// checkSession returns ErrPooled if a pooler gives the connection another
// session of PostgreSQL for each transaction.
func (l Lead) checkSession(ctx context.Context, conn *pgx.Conn) error {
	const pid = `SELECT pg_backend_pid()`
	var first, second uint32
	if err := conn.QueryRow(ctx, pid).Scan(&first); err != nil || first == conn.PgConn().PID() {
		return err
	}
	// there is a pooler: a transaction elsewhere takes the session just given back
	tx, err := l.db.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx) //nolint:errcheck // it has changed nothing
	if _, err := tx.Exec(ctx, pid); err != nil {
		return err
	}
	if err := conn.QueryRow(ctx, pid).Scan(&second); err != nil || first == second {
		return err
	}
	return ErrPooled
}

// openKeys opens the connections that end with the epoch.
func (t *Term) openKeys(ctx context.Context) error {
	config := t.lead.db.pool.Config()
	config.MinConns, config.MinIdleConns = 0, 0
	config.PrepareConn = nil
	config.ConnConfig.RuntimeParams["application_name"] = t.lead.mark(t.epoch)
	config.AfterConnect = t.admit
	var err error
	if t.keys, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	t.sql = stdlib.OpenDBFromPool(t.keys)
	return nil
}

// admit lets a connection be used if the epoch is still ours, with our schema as
// search_path (which poolers would not let through when the connection is made).
func (t *Term) admit(ctx context.Context, conn *pgx.Conn) error {
	var epoch int64
	err := conn.QueryRow(ctx, `SELECT epoch FROM loja.lead WHERE name = $1::text`, t.lead.name).Scan(&epoch)
	if err != nil {
		return err
	}
	if epoch != t.epoch {
		return ErrDeposed
	}
	_, err = conn.Exec(ctx, `SET search_path TO loja`)
	return err
}

// ErrDeposed is why a connection of Term.Keys is refused: another process holds
// the office now.
var ErrDeposed = errors.New("another process has taken the lead")

// beat shows signs of life until the term ends.
func (t *Term) beat(ctx context.Context) {
	defer close(t.done)
	tick := time.NewTicker(t.lead.Beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		began := time.Now()
		// not cut short by Close, which has one thing more to say on the connection
		trying, cancel := context.WithDeadline(context.WithoutCancel(ctx), t.seen.Load().Add(leaseBeats*t.lead.Beat))
		done, err := t.conn.Exec(trying, `
			UPDATE loja.lead SET seen = clock_timestamp()
			 WHERE name = $1::text AND epoch = $2::bigint AND pid = pg_backend_pid()`, t.lead.name, t.epoch)
		cancel()
		if err != nil || done.RowsAffected() != 1 {
			return
		}
		t.seen.Store(&began)
	}
}

// Holds tells whether this process holds the office at this moment. It asks
// nobody.
func (t *Term) Holds() bool {
	select {
	case <-t.done:
		return false
	default:
	}
	seen, lease := *t.seen.Load(), leaseBeats*t.lead.Beat
	// the one clock may stand still while the machine sleeps, the other be set
	return time.Since(seen) < lease && time.Now().Round(0).Sub(seen.Round(0)) < lease
}

// Done is closed when the office is lost or given up.
func (t *Term) Done() <-chan struct{} { return t.done }

// Epoch counts the terms of the office, from 1.
func (t *Term) Epoch() int64 { return t.epoch }

// Keys is a pool of connections that are good for this term only, and whose
// search_path is our schema.
func (t *Term) Keys() *sql.DB { return t.sql }

// Close gives the office up, so that others may take it at once. What is done
// by virtue of it must have ended.
func (t *Term) Close() {
	t.stop()
	t.beats.Wait()
	_ = t.sql.Close()
	t.keys.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	// without it they wait for as long as they would if we had died
	_, _ = t.conn.Exec(ctx, `UPDATE loja.lead SET seen = '-infinity' WHERE name = $1::text AND epoch = $2::bigint`, t.lead.name, t.epoch)
	closeNow(t.conn)
}

// closeNow ends a connection without waiting long for the server.
func closeNow(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}

// holderName is this process as staff know it.
func holderName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return fmt.Sprintf("%s, process %d", strings.ToValidUTF8(host, "?"), os.Getpid())
}
