package postgres

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// A Document is something we issued, as whoever holds it may check.
type Document struct {
	Code     string // as printed: 12 letters and digits
	Kind     string // such as "segunda-via"
	Property int64
	Bill     int64 // 0 if it is not of one bill
	Month    store.Month
	Total    store.Money
	IssuedAt time.Time
}

// Issue notes that a document of this kind is given out for a bill of the
// property, and returns the code by which it can be checked. The same key always
// gives the same code, of the first document issued under it.
func (db *DB) Issue(ctx context.Context, key, kind string, property int64, b store.Bill) (code string, err error) {
	err = db.pool.QueryRow(ctx, `
		INSERT INTO loja.document AS d (code, key, kind, property, bill, month, cents)
		VALUES ($1::text, $2::text, $3::text, $4::bigint, $5::bigint, $6::int, $7::bigint)
		    ON CONFLICT (key) DO UPDATE SET key = d.key -- so that the first one is returned
		RETURNING code`, newCode(), key, kind, property, b.ID, int(b.Month), int64(b.Total)).Scan(&code)
	return code, away("issue document", err)
}

// Document returns what we issued under a code; ok is false if nothing.
func (db *DB) Document(ctx context.Context, code string) (d Document, ok bool, err error) {
	rows, _ := db.pool.Query(ctx, `
		SELECT code, kind, property, bill, month, cents AS total, issued_at
		  FROM loja.document WHERE code = $1::text`, code)
	d, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Document])
	if errors.Is(err, pgx.ErrNoRows) {
		return Document{}, false, nil
	}
	return d, err == nil, away("read document", err)
}

// readable are letters and digits that are not taken for each other in print.
var readable = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// newCode returns 60 random bits: nobody finds another's document by guessing.
func newCode() string {
	var bits [8]byte
	rand.Read(bits[:]) //nolint:errcheck // it never fails
	return readable.EncodeToString(bits[:])[:12]
}
