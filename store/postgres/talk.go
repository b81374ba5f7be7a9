package postgres

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"lojavirtual/store"
)

// StoreTurns stores what read returns of a part of the journal, and how far that
// is, in one transaction: what was stored once is passed over, so that the journal
// may be read again from anywhere, by any number of processes, and whoever dies
// leaves all or nothing. While somebody is at the part, busy is true and nothing
// is read. The turns must be in the order of the journal; those without a session
// and those of the kind TurnErased are not kept. Last is the ID of the last turn
// that is stored now, "" if there is none.
//
// Read gets the ID after which to read. It is called while the part is locked,
// so that what is erased in the journal, and then by Erase, is not stored again.
func (db *DB) StoreTurns(ctx context.Context, part int, read func(ctx context.Context, after string) ([]store.Turn, error)) (last string, stored int, busy bool, err error) {
	err = pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		// a process that stands still keeps nobody from erasing what is theirs
		if _, err := tx.Exec(ctx, `SET LOCAL idle_in_transaction_session_timeout = '2s'`); err != nil {
			return err
		}
		var ms, seq int64
		err := tx.QueryRow(ctx, `SELECT ms, seq FROM loja.journal WHERE part = $1::int FOR UPDATE SKIP LOCKED`, part).Scan(&ms, &seq)
		if errors.Is(err, pgx.ErrNoRows) {
			busy = true
			return nil
		}
		if err != nil {
			return err
		}
		last = turnID(ms, seq)
		turns, err := read(ctx, last)
		if err != nil || len(turns) == 0 {
			return err
		}
		if err := db.insertTurns(ctx, tx, turns); err != nil {
			return err
		}
		end := turns[len(turns)-1].ID
		if ms, seq, err = splitTurnID(end); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE loja.journal SET ms = $2::bigint, seq = $3::int WHERE part = $1::int`, part, ms, seq); err != nil {
			return err
		}
		last, stored = end, len(turns)
		return nil
	})
	return last, stored, busy, away("store the journal", err)
}

// insertTurns keeps turns, and counts those that were not there.
func (db *DB) insertTurns(ctx context.Context, tx pgx.Tx, turns []store.Turn) error {
	var c struct {
		session, protocol, words, mask, flows, by []string
		ms, seq                                   []int64
		at                                        []time.Time
		body, property                            [][]byte
		mistake, bug, angry                       []bool
		said, waited, over                        []bool
		useful                                    []*time.Time
		place                                     []string
	}
	known := make(map[string]store.Turn, len(turns))
	for _, t := range turns {
		if t.Session == "" || t.Kind == store.TurnErased {
			continue
		}
		ms, seq, err := splitTurnID(t.ID)
		if err != nil {
			return err
		}
		property := []byte{}
		if t.Property != 0 {
			t.Mask, property = store.MaskMatricula(t.Property), db.propertyMark(t.Property)
			t.Property = 0
		}
		body, err := json.Marshal(t)
		if err != nil {
			return err
		}
		flows := []string{t.From.Flow, t.To.Flow}
		for _, s := range t.Steps {
			flows = append(flows, s.Flow)
		}
		c.session, c.protocol = append(c.session, t.Session), append(c.protocol, t.Protocol)
		c.ms, c.seq, c.at = append(c.ms, ms), append(c.seq, seq), append(c.at, t.At)
		c.body, c.words = append(c.body, body), append(c.words, plainWords(t.Text()))
		c.mask, c.property = append(c.mask, latin1Mask(t.Mask)), append(c.property, property)
		by := t.By
		if t.Refused != "" {
			by = "" // nothing was done
		}
		c.flows, c.by = append(c.flows, strings.Join(flows, "\n")), append(c.by, latin1(by))
		var useful *time.Time
		if t.Useful() {
			useful = &t.At
		}
		c.said, c.useful = append(c.said, t.Kind == store.TurnSaid), append(c.useful, useful)
		c.waited, c.over = append(c.waited, !t.Waiting.IsZero() || t.Waited > 0), append(c.over, t.Over)
		place, _ := t.Place().MarshalText() // it has no error
		c.place = append(c.place, string(place))
		known[t.Session+"/"+t.ID] = t
		c.mistake, c.bug, c.angry = append(c.mistake, t.Fault == "mistake"), append(c.bug, t.Fault == "bug"), append(c.angry, t.Angry)
	}
	if len(c.session) == 0 {
		return nil
	}
	rows, _ := tx.Query(ctx, `
		WITH came AS (
			SELECT * FROM unnest($1::text[], $2::bigint[], $3::int[], $4::text[], $5::timestamptz[], $6::bytea[], $7::text[],
			                     $8::text[], $9::bytea[], $10::text[], $11::text[], $12::boolean[], $13::boolean[], $14::boolean[],
			                     $15::boolean[], $16::timestamptz[], $17::boolean[], $18::boolean[], $19::text[])
			       AS t (session, ms, seq, protocol, at, body, words, mask, property, flows, attendant, mistake, bug, angry, said, useful, waited, over, place)
		), new AS (
			INSERT INTO loja.turn (session, ms, seq, protocol, at, body, words)
			SELECT session, ms, seq, protocol, at, body, to_tsvector('simple', words) FROM came
			    ON CONFLICT (session, ms, seq) DO NOTHING
			RETURNING session, ms, seq
		), sums AS (
			SELECT c.session, c.protocol, min(c.at) AS began_at, max(c.at) AS last_at, count(*) AS turns,
			       coalesce((array_agg(c.mask ORDER BY c.ms DESC, c.seq DESC) FILTER (WHERE c.mask <> ''))[1], '') AS mask,
			       coalesce(array_agg(DISTINCT c.property) FILTER (WHERE c.property <> ''), '{}') AS properties,
			       string_to_array(string_agg(c.flows, E'\n'), E'\n') AS flows,
			       array_agg(DISTINCT c.attendant) AS attendants,
			       count(*) FILTER (WHERE c.mistake) AS mistakes, count(*) FILTER (WHERE c.bug) AS bugs, bool_or(c.angry) AS angry,
			       count(*) FILTER (WHERE c.said) AS said, min(c.useful) AS useful_at, bool_or(c.waited) AS waited,
			       (array_agg(c.over ORDER BY c.ms DESC, c.seq DESC))[1] AS over, (array_agg(c.place ORDER BY c.ms DESC, c.seq DESC))[1] AS place
			  FROM came c JOIN new n ON n.session = c.session AND n.ms = c.ms AND n.seq = c.seq
			 GROUP BY c.session, c.protocol
		), talks AS (
		INSERT INTO loja.talk AS k (session, protocol, channel, began_at, last_at, turns, mask, properties, flows, attendants, mistakes, bugs, angry,
		                            said, useful_at, waited, over, place)
		SELECT session, protocol, split_part(session, ':', 1), began_at, last_at, turns, mask, properties,
		       ARRAY(SELECT DISTINCT f FROM unnest(flows) f WHERE f <> '' ORDER BY f),
		       ARRAY(SELECT DISTINCT a FROM unnest(attendants) a WHERE a <> '' ORDER BY a),
		       mistakes, bugs, angry, said, useful_at, waited, over, place
		  FROM sums ORDER BY session, protocol
		    ON CONFLICT (session, protocol) DO UPDATE
		   SET began_at   = least(k.began_at, excluded.began_at),
		       last_at    = greatest(k.last_at, excluded.last_at),
		       turns      = k.turns + excluded.turns,
		       mask       = CASE excluded.mask WHEN '' THEN k.mask ELSE excluded.mask END,
		       properties = ARRAY(SELECT DISTINCT p FROM unnest(k.properties || excluded.properties) p ORDER BY p),
		       flows      = ARRAY(SELECT DISTINCT f FROM unnest(k.flows || excluded.flows) f ORDER BY f),
		       attendants = ARRAY(SELECT DISTINCT a FROM unnest(k.attendants || excluded.attendants) a ORDER BY a),
		       mistakes   = k.mistakes + excluded.mistakes,
		       bugs       = k.bugs + excluded.bugs,
		       angry      = k.angry OR excluded.angry,
		       said       = k.said + excluded.said,
		       useful_at  = least(k.useful_at, excluded.useful_at),
		       waited     = k.waited OR excluded.waited,
		       over       = CASE WHEN excluded.last_at >= k.last_at THEN excluded.over ELSE k.over END,
		       place      = CASE WHEN excluded.last_at >= k.last_at THEN excluded.place ELSE k.place END
		)
		SELECT session, ms, seq FROM new`,
		c.session, c.ms, c.seq, c.protocol, c.at, c.body, c.words, c.mask, c.property, c.flows, c.by, c.mistake, c.bug, c.angry,
		c.said, c.useful, c.waited, c.over, c.place)
	var (
		fresh   []store.Turn
		session string
		ms, seq int64
	)
	if _, err := pgx.ForEachRow(rows, []any{&session, &ms, &seq}, func() error {
		fresh = append(fresh, known[session+"/"+turnID(ms, seq)])
		return nil
	}); err != nil {
		return err
	}
	if err := keepFiles(ctx, tx, fresh); err != nil {
		return err
	}
	return count(ctx, tx, fresh)
}

// StoredTurns returns how far each part of the journal is stored: the IDs of the
// last turns, "" for none.
func (db *DB) StoredTurns(ctx context.Context) ([]string, error) {
	rows, _ := db.pool.Query(ctx, `SELECT ms, seq FROM loja.journal ORDER BY part`)
	ids, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (string, error) {
		var ms, seq int64
		err := r.Scan(&ms, &seq)
		return turnID(ms, seq), err
	})
	return ids, away("how far the journal is stored", err)
}

// Said counts the turns that were stored, by channel: of the last of the first
// while, and of the second, which is longer.
func (db *DB) Said(ctx context.Context, short, long time.Duration) (map[string][2]int, error) {
	rows, _ := db.pool.Query(ctx, `
		SELECT split_part(session, ':', 1), count(*) FILTER (WHERE at > now() - make_interval(secs => $1::float8))::int, count(*)::int
		  FROM loja.turn WHERE at > now() - make_interval(secs => $2::float8) GROUP BY 1`, short.Seconds(), long.Seconds())
	all := map[string][2]int{}
	var channel string
	var n [2]int
	_, err := pgx.ForEachRow(rows, []any{&channel, &n[0], &n[1]}, func() error {
		all[channel] = n
		return nil
	})
	return all, away("count what was said", err)
}

// Turns returns what was said in a conversation, oldest first: the turns of a
// person under a protocol, the first two thousand of them. What was said in the
// last seconds is still in Redis (Mail.Unstored).
func (db *DB) Turns(ctx context.Context, session, protocol string) ([]store.Turn, error) {
	rows, _ := db.pool.Query(ctx, `
		SELECT ms, seq, at, body FROM loja.turn
		 WHERE session = $1::text AND protocol = $2::text
		 ORDER BY ms, seq LIMIT 2000`, session, protocol)
	turns, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (store.Turn, error) {
		var (
			t       store.Turn
			ms, seq int64
			body    []byte
		)
		err := r.Scan(&ms, &seq, &t.At, &body)
		if err == nil {
			err = json.Unmarshal(body, &t)
		}
		t.ID, t.Session, t.At = turnID(ms, seq), session, t.At.UTC()
		return t, err
	})
	return turns, away("what was said", err)
}

// Talks returns stored conversations that fit the filter, newest first and at
// most so many, without what was told outside of any; before is the last one of the page before, zero for the first
// page.
func (db *DB) Talks(ctx context.Context, f store.TalkFilter, before store.Talk, most int) ([]store.Talk, error) {
	where := []string{`k.protocol <> ''`}
	var args []any
	and := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(args)), 1)
		}
		where = append(where, condition)
	}
	if f.Session != "" {
		and(`k.session = ?::text`, f.Session)
	}
	if f.Protocol != "" {
		digits := store.Digits(f.Protocol)
		if len(digits) < 4 {
			and(`k.protocol = ?::text`, digits)
		} else {
			and(`(k.protocol LIKE ?::text OR k.protocol LIKE ?::text)`, digits+"%", "%"+digits)
		}
	}
	if f.Property != 0 {
		and(`k.properties @> ARRAY[?::bytea]`, db.propertyMark(f.Property))
	}
	if f.Flow != "" {
		and(`?::text = ANY (k.flows)`, f.Flow)
	}
	if f.Channel != "" {
		and(`k.channel = ?::text`, f.Channel)
	}
	if f.Tag != "" {
		and(`(k.session, k.protocol) IN (SELECT g.session, g.protocol FROM loja.tag g WHERE g.tag = ?::text)`, latin1(f.Tag))
	}
	if !f.Since.IsZero() {
		and(`k.last_at >= ?::timestamptz`, f.Since)
	}
	if !f.Until.IsZero() {
		and(`k.began_at < ?::timestamptz`, f.Until)
	}
	if words := strings.Fields(plainWords(f.Text)); len(words) > 0 {
		and(`(k.session, k.protocol) IN (SELECT t.session, t.protocol FROM loja.turn t WHERE t.words @@ to_tsquery('simple', ?::text))`, strings.Join(words, ":* & ")+":*")
	} else if f.Text != "" {
		return nil, nil // nothing to look for was said
	}
	if !before.Last.IsZero() {
		and(`(k.last_at, k.session, k.protocol) < (?::timestamptz, ?::text, ?::text)`, before.Last, before.Session, before.Protocol)
	}
	args = append(args, most)
	rows, _ := db.pool.Query(ctx, `
		SELECT session, protocol, channel, began_at AS began, last_at AS last, turns, mask, flows, attendants AS by, mistakes, bugs, angry
		  FROM loja.talk k
		 WHERE `+strings.Join(where, " AND ")+`
		 ORDER BY k.last_at DESC, k.session DESC, k.protocol DESC LIMIT $`+strconv.Itoa(len(args))+`::int`, args...)
	talks, err := pgx.CollectRows(rows, pgx.RowToStructByName[store.Talk])
	for i := range talks {
		t := &talks[i]
		t.Began, t.Last, t.Mask = t.Began.UTC(), t.Last.UTC(), strings.Replace(t.Mask, "...", "…", 1)
	}
	return talks, away("stored conversations", err)
}

// latin1Mask is a mask as any database can keep it.
func latin1Mask(mask string) string { return strings.Replace(mask, "…", "...", 1) }

// propertyMark stands for a matrícula where what was said is looked for.
func (db *DB) propertyMark(property int64) []byte {
	mac := hmac.New(sha256.New, db.JournalKey)
	_, _ = mac.Write([]byte(strconv.FormatInt(property, 10)))
	return mac.Sum(nil)[:16]
}

// plainWords are the words of a text, small, without accents and ASCII alone.
func plainWords(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.M, r):
			return -1
		case r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			return unicode.ToLower(r)
		default:
			return ' '
		}
	}, norm.NFKD.String(text))
}

// turnID writes the ID of a turn as the journal does; "" is before all.
func turnID(ms, seq int64) string {
	if ms == 0 {
		return ""
	}
	return fmt.Sprintf("%d-%d", ms, seq)
}

func splitTurnID(id string) (ms, seq int64, err error) {
	if _, err := fmt.Sscanf(id, "%d-%d", &ms, &seq); err != nil {
		return 0, 0, fmt.Errorf("%q is no ID of a turn", id)
	}
	return ms, seq, nil
}
