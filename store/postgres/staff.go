package postgres

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"lojavirtual/store"
)

const staffColumns = `id, name, shown, role, password, one_time, subject, secret, step, recovery, since, added_at, disabled`

// Staff returns the person of the staff with that number; ok is false if there
// is none.
func (db *DB) Staff(ctx context.Context, id int64) (s store.Staff, ok bool, err error) {
	return db.oneStaff(ctx, `id = $1::bigint`, id)
}

// StaffNamed returns who enters with that name, in small letters; ok is false if
// nobody does.
func (db *DB) StaffNamed(ctx context.Context, name string) (s store.Staff, ok bool, err error) {
	return db.oneStaff(ctx, `name = $1::text`, name)
}

// StaffOf returns who enters as that subject of single sign-on, which is not "";
// ok is false if nobody has yet.
func (db *DB) StaffOf(ctx context.Context, subject string) (s store.Staff, ok bool, err error) {
	return db.oneStaff(ctx, `subject = $1::text AND subject <> ''`, subject)
}

func (db *DB) oneStaff(ctx context.Context, where string, arg any) (store.Staff, bool, error) {
	rows, _ := db.pool.Query(ctx, `SELECT `+staffColumns+` FROM loja.staff WHERE `+where, arg)
	s, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[store.Staff])
	if errors.Is(err, pgx.ErrNoRows) {
		return store.Staff{}, false, nil
	}
	return s, err == nil, away("read who may enter", err)
}

// AllStaff returns everybody, by name, those who may not enter any more last.
func (db *DB) AllStaff(ctx context.Context) ([]store.Staff, error) {
	rows, _ := db.pool.Query(ctx, `SELECT `+staffColumns+` FROM loja.staff ORDER BY disabled IS NOT NULL, name`)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[store.Staff])
	return all, away("read who may enter", err)
}

// AddStaff adds a person and returns their number; ok is false if the name or the
// subject is somebody's already. Only Name, Shown, Role, Password, OneTime,
// Subject and Since are kept.
func (db *DB) AddStaff(ctx context.Context, s store.Staff) (id int64, ok bool, err error) {
	err = db.pool.QueryRow(ctx, `
		INSERT INTO loja.staff (name, shown, role, password, one_time, subject, since)
		VALUES ($1::text, $2::text, $3::text, $4::text, $5::timestamptz, $6::text, $7::timestamptz)
		    ON CONFLICT DO NOTHING RETURNING id`,
		latin1(s.Name), latin1(s.Shown), string(s.Role), s.Password, s.OneTime, s.Subject, s.Since).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, away("add to the staff", err)
}

// SetStaffRole changes how somebody is called and what they may do. If since is
// not zero their accesses until then end.
func (db *DB) SetStaffRole(ctx context.Context, id int64, shown string, role store.Role, since time.Time) error {
	return db.changeStaff(ctx, `
		UPDATE loja.staff SET shown = $2::text, role = $3::text, since = greatest(since, $4::timestamptz) WHERE id = $1::bigint`,
		id, latin1(shown), string(role), since)
}

// SetStaffPassword gives somebody another password (see store.Staff) and ends
// their accesses until then. With forget their second factor goes too.
func (db *DB) SetStaffPassword(ctx context.Context, id int64, hash string, oneTime *time.Time, since time.Time, forget bool) error {
	return db.changeStaff(ctx, `
		UPDATE loja.staff SET password = $2::text, one_time = $3::timestamptz, since = $4::timestamptz,
		       secret   = CASE WHEN $5::boolean THEN NULL ELSE secret END,
		       recovery = CASE WHEN $5::boolean THEN '{}' ELSE recovery END
		 WHERE id = $1::bigint`, id, hash, oneTime, since, forget)
}

// SetStaffSecret gives somebody a second factor, in the place of the one they
// may have. Step is of the code by which they showed that they have it.
func (db *DB) SetStaffSecret(ctx context.Context, id int64, sealed []byte, step int64, recovery []string) error {
	return db.changeStaff(ctx, `
		UPDATE loja.staff SET secret = $2::bytea, step = $3::bigint, recovery = coalesce($4::text[], '{}') WHERE id = $1::bigint`,
		id, sealed, step, recovery)
}

// DisableStaff ends somebody's accesses and lets them in no more, or lets them in
// again if at is nil.
func (db *DB) DisableStaff(ctx context.Context, id int64, at *time.Time) error {
	return db.changeStaff(ctx, `
		UPDATE loja.staff SET disabled = $2::timestamptz, since = greatest(since, $2::timestamptz) WHERE id = $1::bigint`, id, at)
}

// EndStaffAccesses voids all accesses of somebody that began before a time.
func (db *DB) EndStaffAccesses(ctx context.Context, id int64, since time.Time) error {
	return db.changeStaff(ctx, `UPDATE loja.staff SET since = $2::timestamptz WHERE id = $1::bigint`, id, since)
}

// UseStaffStep takes a code of the second factor: ok is false if one of that step
// or of a later one was taken before.
func (db *DB) UseStaffStep(ctx context.Context, id, step int64) (ok bool, err error) {
	return db.useStaff(ctx, `UPDATE loja.staff SET step = $2::bigint WHERE id = $1::bigint AND step < $2::bigint`, id, step)
}

// UseStaffRecovery takes a recovery code by its hash: ok is false if it is not one of
// those that are left.
func (db *DB) UseStaffRecovery(ctx context.Context, id int64, hash string) (ok bool, err error) {
	return db.useStaff(ctx, `
		UPDATE loja.staff SET recovery = array_remove(recovery, $2::text) WHERE id = $1::bigint AND $2::text = ANY (recovery)`, id, hash)
}

func (db *DB) useStaff(ctx context.Context, statement string, args ...any) (bool, error) {
	done, err := db.pool.Exec(ctx, statement, args...)
	return done.RowsAffected() == 1, away("take a code of the staff", err)
}

func (db *DB) changeStaff(ctx context.Context, statement string, args ...any) error {
	_, err := db.pool.Exec(ctx, statement, args...)
	return away("change the staff", err)
}

// AppendAudit adds an entry to the audit log and returns it with its number and
// hash. It must be called before what it tells of is done, which is not done if
// there is an error.
func (db *DB) AppendAudit(ctx context.Context, e store.AuditEntry) (store.AuditEntry, error) {
	e.At = e.At.UTC().Truncate(time.Microsecond)
	for _, text := range []*string{&e.Who, &e.What, &e.On, &e.Detail, &e.From} {
		*text = cut(latin1(*text), 500)
	}
	for { // who comes second under a number takes the next
		var head store.AuditHead
		err := db.pool.QueryRow(ctx, `SELECT seq, hash FROM loja.audit ORDER BY seq DESC LIMIT 1`).Scan(&head.Seq, &head.Hash)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return e, away("read the end of the audit log", err)
		}
		e.Seq = head.Seq + 1
		e.Hash = e.Sum(head.Hash)
		var done pgconn.CommandTag
		done, err = db.pool.Exec(ctx, `
			INSERT INTO loja.audit (seq, at, who, what, "on", detail, "from", hash)
			VALUES ($1::bigint, $2::timestamptz, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text)
			    ON CONFLICT DO NOTHING`, e.Seq, e.At, e.Who, e.What, e.On, e.Detail, e.From, e.Hash)
		if err != nil || done.RowsAffected() == 1 {
			return e, away("add to the audit log", err)
		}
	}
}

// Audit returns at most limit entries of the audit log before a number, newest
// first; the newest of all if it is 0. Who and what select, unless they are "".
func (db *DB) Audit(ctx context.Context, before int64, who, what string, limit int) ([]store.AuditEntry, error) {
	rows, _ := db.pool.Query(ctx, `
		SELECT seq, at, who, what, "on", detail, "from", hash FROM loja.audit
		 WHERE ($1::bigint = 0 OR seq < $1::bigint) AND ($2::text = '' OR who = $2::text) AND ($3::text = '' OR what = $3::text)
		 ORDER BY seq DESC LIMIT $4::int`, before, latin1(who), latin1(what), limit)
	entries, err := pgx.CollectRows(rows, pgx.RowToStructByName[store.AuditEntry])
	return entries, away("read the audit log", err)
}

// VerifyAudit reads the whole audit log and returns where it ends. The error is
// store.AuditBroken if it is not what was written: if an entry was changed,
// removed, added or moved, or if it does not hold the heads it is known to have
// had (those with Seq 0 are none).
func (db *DB) VerifyAudit(ctx context.Context, known ...store.AuditHead) (store.AuditHead, error) {
	var head store.AuditHead
	for {
		rows, _ := db.pool.Query(ctx, `
			SELECT seq, at, who, what, "on", detail, "from", hash FROM loja.audit
			 WHERE seq > $1::bigint ORDER BY seq LIMIT 1000`, head.Seq)
		entries, err := pgx.CollectRows(rows, pgx.RowToStructByName[store.AuditEntry])
		if err != nil {
			return head, away("read the audit log", err)
		}
		for _, e := range entries {
			if err := head.Follow(e); err != nil {
				return head, err
			}
			for _, k := range known {
				if k.Seq == e.Seq && k.Hash != e.Hash {
					return head, store.AuditBroken{Seq: e.Seq, How: "is not the one it was: it or one before was written anew, with all that follow"}
				}
			}
		}
		if len(entries) == 0 {
			break
		}
	}
	for _, k := range known {
		if k.Seq > head.Seq {
			return head, store.AuditBroken{Seq: head.Seq + 1, How: "is missing, with all up to the last, number " + strconv.FormatInt(k.Seq, 10)}
		}
	}
	return head, nil
}
