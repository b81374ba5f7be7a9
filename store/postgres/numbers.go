package postgres

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// stillAfter is for how long a conversation has been still when it counts as over.
const stillAfter = 30 * time.Minute

// count adds turns, each of which comes here once, to the figures of their days.
func count(ctx context.Context, tx pgx.Tx, turns []store.Turn) error {
	type row struct {
		day     store.Date
		channel string
		kind    store.FigureKind
		name    string
	}
	sums := make(map[row]int)
	var w struct {
		day     []store.Date
		channel []string
		seconds []int64
		taken   []bool
	}
	for _, t := range turns {
		day := store.DateOf(t.At)
		channel, _, _ := strings.Cut(t.Session, ":")
		for _, f := range t.Figures() {
			sums[row{day, channel, f.Kind, f.Name}] += f.N
		}
		if t.Waited > 0 {
			w.day, w.channel = append(w.day, day), append(w.channel, channel)
			w.seconds, w.taken = append(w.seconds, t.Waited), append(w.taken, t.Human != "")
		}
	}
	if len(w.day) > 0 {
		if _, err := tx.Exec(ctx, `
			INSERT INTO loja.wait (day, channel, seconds, taken)
			SELECT * FROM unnest($1::date[], $2::text[], $3::int[], $4::boolean[])`, w.day, w.channel, w.seconds, w.taken); err != nil {
			return err
		}
	}
	if len(sums) == 0 {
		return nil
	}
	rows := make([]row, 0, len(sums))
	for r := range sums {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b row) int { // in one order, so that two who store do not wait for each other
		return cmp.Or(strings.Compare(a.day.String(), b.day.String()), strings.Compare(a.channel, b.channel),
			strings.Compare(string(a.kind), string(b.kind)), strings.Compare(a.name, b.name))
	})
	var c struct {
		day                 []store.Date
		channel, kind, name []string
		n                   []int
	}
	for _, r := range rows {
		c.day, c.channel = append(c.day, r.day), append(c.channel, r.channel)
		c.kind, c.name, c.n = append(c.kind, string(r.kind)), append(c.name, r.name), append(c.n, sums[r])
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO loja.figure AS f (day, channel, kind, name, n)
		SELECT * FROM unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::int[])
		    ON CONFLICT (day, channel, kind, name) DO UPDATE SET n = f.n + excluded.n`, c.day, c.channel, c.kind, c.name, c.n)
	return err
}

// Numbers returns how the bot did from one day to another, both included, on a
// channel or, if it is "", on all. See store.Numbers for what counts how.
func (db *DB) Numbers(ctx context.Context, from, until store.Date, channel string) (store.Numbers, error) {
	n := store.Numbers{From: from, Until: until, Channel: channel}
	const talks = `
		FROM loja.talk WHERE protocol <> '' AND said > 0 AND began_at >= $1::timestamptz AND began_at < $2::timestamptz AND ($3::text = '' OR channel = $3::text)`
	const staffed = `(waited OR attendants <> '{}')`
	contained := `useful_at IS NOT NULL AND NOT ` + staffed + ` AND (over OR last_at < now() - make_interval(secs => $4::float8))`
	day := `(began_at AT TIME ZONE '` + store.Zone.String() + `')::date`
	begins, ends, still := from.Add(-1).End(), until.End(), stillAfter.Seconds()

	batch := new(pgx.Batch)
	days := make(map[store.Date]store.DayNumbers)
	each := func(query string, scan func(pgx.CollectableRow) error, args ...any) {
		batch.Queue(query, args...).Query(func(rows pgx.Rows) error {
			_, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (struct{}, error) { return struct{}{}, scan(r) })
			return err
		})
	}
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)).Round(time.Second) }
	grouped := func(by string) string {
		return `SELECT ` + by + `, count(*)::int, count(*) FILTER (WHERE ` + contained + `)::int, count(*) FILTER (WHERE ` + staffed + `)::int ` + talks + ` GROUP BY 1 ORDER BY 1`
	}
	each(grouped(day), func(r pgx.CollectableRow) error {
		var d store.DayNumbers
		err := r.Scan(&d.Day, &d.Talks, &d.Contained, &d.Attended)
		days[d.Day] = d
		return err
	}, begins, ends, channel, still)
	each(grouped(`channel`), func(r pgx.CollectableRow) error {
		var d store.DayNumbers
		err := r.Scan(&d.Channel, &d.Talks, &d.Contained, &d.Attended)
		n.Channels = append(n.Channels, d)
		return err
	}, begins, ends, channel, still)
	each(`SELECT count(useful_at)::int,
		     coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM useful_at - began_at)), 0)::float8,
		     coalesce(percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM useful_at - began_at)), 0)::float8`+talks,
		func(r pgx.CollectableRow) error {
			var half, most float64
			err := r.Scan(&n.Useful, &half, &most)
			n.Useful50, n.Useful90 = seconds(half), seconds(most)
			return err
		}, begins, ends, channel)
	each(`SELECT count(*) FILTER (WHERE taken)::int, count(*) FILTER (WHERE NOT taken)::int,
		     coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE taken), 0)::float8,
		     coalesce(percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE taken), 0)::float8
		FROM loja.wait WHERE day BETWEEN $1::date AND $2::date AND ($3::text = '' OR channel = $3::text)`,
		func(r pgx.CollectableRow) error {
			var half, most float64
			err := r.Scan(&n.Taken, &n.GaveUp, &half, &most)
			n.Wait50, n.Wait90 = seconds(half), seconds(most)
			return err
		}, from, until, channel)
	each(`SELECT kind, name, sum(n)::int FROM loja.figure
		WHERE day BETWEEN $1::date AND $2::date AND ($3::text = '' OR channel = $3::text) GROUP BY 1, 2 ORDER BY 1, 2`,
		func(r pgx.CollectableRow) error {
			var f store.Figure
			err := r.Scan(&f.Kind, &f.Name, &f.N)
			n.Figures = append(n.Figures, f)
			return err
		}, from, until, channel)
	each(`SELECT place, count(*)::int `+talks+` AND place <> '/' AND place <> '' AND (over OR last_at < now() - make_interval(secs => $4::float8))
		GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
		func(r pgx.CollectableRow) error {
			var place string
			var d store.Drop
			if err := r.Scan(&place, &d.N); err != nil {
				return err
			}
			n.Drops = append(n.Drops, d)
			return n.Drops[len(n.Drops)-1].At.UnmarshalText([]byte(place))
		}, begins, ends, channel, still)
	each(`SELECT provider, count(*)::int, sum(received)::bigint FROM loja.charge h
		WHERE paid_at >= $1::timestamptz AND paid_at < $2::timestamptz
		  AND ($3::text = '' OR EXISTS (SELECT 1 FROM loja.charge_listener l WHERE l.charge = h.id AND split_part(l.session, ':', 1) = $3::text))
		GROUP BY 1 ORDER BY 1`,
		func(r pgx.CollectableRow) error {
			var p store.PaidNumbers
			err := r.Scan(&p.Provider, &p.N, &p.Sum)
			n.Payments = append(n.Payments, p)
			return err
		}, begins, ends, channel)
	each(`SELECT score, count(*)::int FROM loja.rating
		WHERE rated_at >= $1::timestamptz AND rated_at < $2::timestamptz AND ($3::text = '' OR split_part(session, ':', 1) = $3::text) GROUP BY 1`,
		func(r pgx.CollectableRow) error {
			var score, times int
			err := r.Scan(&score, &times)
			if err == nil {
				n.Ratings[score-1] = times
			}
			return err
		}, begins, ends, channel)
	if err := db.pool.SendBatch(ctx, batch).Close(); err != nil {
		return store.Numbers{}, away("count how the bot did", err)
	}
	for d := from; !d.After(until); d = d.Add(1) {
		one := days[d]
		one.Day = d
		n.Days = append(n.Days, one)
		n.Talks, n.Contained, n.Attended = n.Talks+one.Talks, n.Contained+one.Contained, n.Attended+one.Attended
	}
	return n, nil
}
