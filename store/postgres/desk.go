package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// Remarks returns what staff noted about a conversation, oldest first.
func (db *DB) Remarks(ctx context.Context, session, protocol string) ([]store.Remark, error) {
	rows, _ := db.pool.Query(ctx, `
		SELECT at, who, body FROM loja.remark WHERE session = $1::text AND protocol = $2::text ORDER BY id LIMIT 200`, session, protocol)
	all, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (m store.Remark, err error) {
		var body []byte
		err = r.Scan(&m.At, &m.Who, &body)
		m.Text = string(body)
		return m, err
	})
	return all, away("read what staff noted", err)
}

// AddRemark keeps what somebody of the staff, as they are called, notes about a
// conversation.
func (db *DB) AddRemark(ctx context.Context, session, protocol, who, text string) error {
	_, err := db.pool.Exec(ctx, `
		INSERT INTO loja.remark (session, protocol, who, body) VALUES ($1::text, $2::text, $3::text, $4::bytea)`,
		session, protocol, latin1(who), []byte(text))
	return away("keep what staff note", err)
}

// Tags returns the tags of a conversation, in the order of the alphabet.
func (db *DB) Tags(ctx context.Context, session, protocol string) ([]string, error) {
	rows, _ := db.pool.Query(ctx, `SELECT tag FROM loja.tag WHERE session = $1::text AND protocol = $2::text ORDER BY tag`, session, protocol)
	tags, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return tags, away("read tags", err)
}

// SetTags gives a conversation these tags, store.MaxTags at most, in the place
// of those it had. Those that stay keep who gave them, and when.
func (db *DB) SetTags(ctx context.Context, session, protocol, who string, tags []string) error {
	kept := make([]string, 0, store.MaxTags)
	for _, tag := range tags[:min(len(tags), store.MaxTags)] {
		kept = append(kept, latin1(tag))
	}
	return away("set tags", pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `
			DELETE FROM loja.tag WHERE session = $1::text AND protocol = $2::text AND tag <> ALL ($3::text[])`, session, protocol, kept); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO loja.tag (session, protocol, tag, who)
			SELECT $1::text, $2::text, tag, $4::text FROM unnest($3::text[]) tag WHERE tag <> ''
			    ON CONFLICT DO NOTHING`, session, protocol, kept, latin1(who))
		return err
	}))
}

// UsedTags returns the tags that conversations have, the most used first, thirty
// at most.
func (db *DB) UsedTags(ctx context.Context) ([]string, error) {
	rows, _ := db.pool.Query(ctx, `SELECT tag FROM loja.tag GROUP BY tag ORDER BY count(*) DESC, tag LIMIT 30`)
	tags, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return tags, away("read tags", err)
}

// Tagged returns the protocols of the conversations that have a tag.
func (db *DB) Tagged(ctx context.Context, tag string) (map[string]bool, error) {
	rows, _ := db.pool.Query(ctx, `SELECT DISTINCT protocol FROM loja.tag WHERE tag = $1::text`, latin1(tag))
	all := map[string]bool{}
	var protocol string
	_, err := pgx.ForEachRow(rows, []any{&protocol}, func() error {
		all[protocol] = true
		return nil
	})
	return all, away("look for a tag", err)
}

// Canned returns the replies that are ready to be sent, in their order; those
// that are switched off only if all are asked for.
func (db *DB) Canned(ctx context.Context, all bool) ([]store.Canned, error) {
	rows, _ := db.pool.Query(ctx, `SELECT id, title, body, place, active FROM loja.canned WHERE active OR $1::boolean ORDER BY place, id`, all)
	replies, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (c store.Canned, err error) {
		var title, body []byte
		err = r.Scan(&c.ID, &title, &body, &c.Place, &c.Active)
		c.Title, c.Text = string(title), string(body)
		return c, err
	})
	return replies, away("read replies", err)
}

// SaveCanned keeps a reply, a new one if its ID is 0; ok is false if there is
// none of that ID.
func (db *DB) SaveCanned(ctx context.Context, c store.Canned, who string) (ok bool, err error) {
	statement := `
		UPDATE loja.canned SET title = $2::bytea, body = $3::bytea, place = $4::int, active = $5::boolean, changed_at = now(), changed_by = $6::text
		 WHERE id = $1::bigint`
	if c.ID == 0 {
		statement = `
		INSERT INTO loja.canned (title, body, place, active, changed_by)
		SELECT $2::bytea, $3::bytea, $4::int, $5::boolean, $6::text WHERE $1::bigint = 0`
	}
	done, err := db.pool.Exec(ctx, statement, c.ID, []byte(c.Title), []byte(c.Text), c.Place, c.Active, latin1(who))
	return done.RowsAffected() == 1, away("keep a reply", err)
}

// LeftNotes returns notes that were left for those who attend, those that nobody
// has read first, oldest first, then the others, newest first.
func (db *DB) LeftNotes(ctx context.Context, most int) ([]store.LeftNote, error) {
	rows, _ := db.pool.Query(ctx, `
		SELECT key, session, protocol, property, text, left_at, read_at, read_by FROM loja.note
		 ORDER BY read_at IS NOT NULL, CASE WHEN read_at IS NULL THEN left_at END, left_at DESC, key LIMIT $1::int`, most)
	notes, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (n store.LeftNote, err error) {
		err = r.Scan(&n.Key, &n.Session, &n.Protocol, &n.Property, &n.Text, &n.LeftAt, &n.ReadAt, &n.ReadBy)
		return n, err
	})
	return notes, away("read notes", err)
}

// ReadNote marks a note as read; ok is false if somebody has read it before, or
// if there is none.
func (db *DB) ReadNote(ctx context.Context, key, who string, at time.Time) (ok bool, err error) {
	done, err := db.pool.Exec(ctx, `
		UPDATE loja.note SET read_at = $3::timestamptz, read_by = $2::text WHERE key = $1::text AND read_at IS NULL`, key, latin1(who), at)
	return done.RowsAffected() == 1, away("mark a note as read", err)
}
