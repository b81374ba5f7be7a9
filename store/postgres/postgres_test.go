package postgres_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

func TestMain(m *testing.M) {
	if os.Getenv(killEffect) != "" {
		os.Exit(runChild())
	}
	if os.Getenv(competeURL) != "" {
		os.Exit(runCompetitor())
	}
	os.Exit(embedded.Run(m))
}

// today is the day of all tests here.
var today = store.Date{Year: 2026, Month: time.May, Day: 20}

// The cast, by what is special about them.
const (
	several   int64 = 1043722 // Maria: three open bills
	upToDate  int64 = 1188453
	reviewed  int64 = 1239066 // Josefa: one under review, one paid this month
	home      int64 = 1302582 // Antônio's two
	shop      int64 = 1302663
	company   int64 = 1417304
	noCPF     int64 = 1520946
	inactive  int64 = 1673815
	vacant    int64 = 1734091
	debited   int64 = 1805126
	jumped    int64 = 1918478
	movedIn   int64 = 2051630
	partly    int64 = 2100991
	public    int64 = 2224704
	asked     int64 = 2331594 // Genilda: an open request and a closed one
	twice     int64 = 2450011 // Valdice: paid a bill twice, has months without a reading
	unmetered int64 = 2450020
	mariasCPF       = "70000010111"
)

// fill makes the database of the tests: our schema, the cast and 500 strangers.
func fill(ctx context.Context, url string) error {
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	return postgres.Seed(ctx, url, 500, 1, today)
}

// A world is a copy of the demo of the test's own, and a plain connection to it.
type world struct {
	*postgres.DB
	t    testing.TB
	conn *pgx.Conn
}

// encodings runs a test on a database in UTF8 and on one in LATIN1, where GSAN
// comes from.
func encodings(t *testing.T, test func(*testing.T, world)) {
	t.Run("UTF8", func(t *testing.T) { test(t, open(t)) })
	t.Run("LATIN1", func(t *testing.T) { test(t, openURL(t, latin1(t))) })
}

func open(t testing.TB, adjust ...func(*pgxpool.Config)) world {
	t.Helper()
	return openURL(t, embedded.DatabaseForTest(t, "demo", fill), adjust...)
}

func openURL(t testing.TB, url string, adjust ...func(*pgxpool.Config)) world {
	t.Helper()
	db, err := postgres.Open(t.Context(), url, adjust...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	db.Today = func() store.Date { return today }
	return world{db, t, connect(t, url)}
}

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url+"&client_encoding=UTF8")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) }) //nolint:errcheck // the test is over
	return conn
}

var latin1Made struct {
	sync.Mutex
	done   bool
	clones atomic.Int32
}

// latin1 returns the address of a copy of the demo in LATIN1.
func latin1(t *testing.T) string {
	t.Helper()
	latin1Made.Lock()
	defer latin1Made.Unlock()
	server := embedded.ForTest(t)
	admin := connect(t, server.URL("postgres"))
	if !latin1Made.done {
		run(t, admin, "CREATE DATABASE latin1 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
		if err := fill(t.Context(), server.URL("latin1")); err != nil {
			t.Fatal(err)
		}
		latin1Made.done = true
	}
	name := fmt.Sprintf("latin1_%d", latin1Made.clones.Add(1))
	run(t, admin, "CREATE DATABASE "+name+" TEMPLATE latin1")
	return server.URL(name)
}

// exec changes the database behind our back.
func (w world) exec(query string, args ...any) {
	w.t.Helper()
	run(w.t, w.conn, query, args...)
}

func run(t testing.TB, conn *pgx.Conn, query string, args ...any) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// number reads one number from the database behind our back.
func (w world) number(query string, args ...any) (n int64) {
	w.t.Helper()
	if err := w.conn.QueryRow(w.t.Context(), query, args...).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// bill returns the number of the property's bill of a month, whoever's it was.
func (w world) bill(property int64, month store.Month) int64 {
	w.t.Helper()
	return w.number(`
		SELECT cnta_id::bigint FROM faturamento.conta WHERE imov_id = $1 AND cnta_amreferenciaconta = $2
		 UNION ALL
		SELECT cnta_id::bigint FROM faturamento.conta_historico WHERE imov_id = $1 AND cnhi_amreferenciaconta = $2`, property, int(month))
}

// list returns the property's bills in short: "03/2026 0".
func (w world) list(property int64) (short []string, occupied bool) {
	w.t.Helper()
	bills, err := w.Bills(w.t.Context(), property)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, b := range bills.List {
		short = append(short, fmt.Sprintf("%s %s", b.Month, statuses[b.Status]))
	}
	return short, bills.Occupied
}

var statuses = map[store.BillStatus]string{
	store.Unpriced: "unpriced", store.InNegotiation: "negotiated",
	store.Open: "open", store.UnderReview: "review", store.PartlyPaid: "partly", store.Paid: "paid",
}

// TestRoundTrips counts what goes to the server: a question is one statement.
func TestRoundTrips(t *testing.T) {
	var count counter
	w := open(t, func(c *pgxpool.Config) { c.ConnConfig.Tracer = &count })
	id := w.bill(several, 202605)
	for name, ask := range map[string]func() error{
		"FindHolder":       func() error { _, _, err := w.FindHolder(t.Context(), several, mariasCPF); return err },
		"FindHolder wrong": func() error { _, _, err := w.FindHolder(t.Context(), several, "x"); return err },
		"HolderOf":         func() error { _, _, err := w.HolderOf(t.Context(), 1015, several); return err },
		"Properties":       func() error { _, err := w.Properties(t.Context(), 1015); return err },
		"Bills":            func() error { _, err := w.Bills(t.Context(), several); return err },
		"Debts":            func() error { _, err := w.Debts(t.Context(), several); return err },
		"Deal":             func() error { _, _, err := w.Deal(t.Context(), 1015, several, store.Debts{}); return err },
		"MayDeal":          func() error { _, err := w.MayDeal(t.Context(), several, mariasCPF); return err },
		"PaidBills":        func() error { _, err := w.PaidBills(t.Context(), several, 202506); return err },
		"RequestTypes":     func() error { _, err := w.RequestTypes(t.Context()); return err },
		"PendingRequest":   func() error { _, _, err := w.PendingRequest(t.Context(), asked, leakInStreet); return err },
		"BillCopy":         func() error { _, _, err := w.BillCopy(t.Context(), several, id); return err },
		"DueDays":          func() error { _, err := w.DueDays(t.Context(), several); return err },
		"Clearances":       func() error { _, err := w.Clearances(t.Context(), several); return err },
		"Consumptions":     func() error { _, err := w.Consumptions(t.Context(), several); return err },
		"Payments":         func() error { _, err := w.Payments(t.Context(), several); return err },
		"Charge":           func() error { _, _, err := w.Charge(t.Context(), "k"); return err },
		"Charges":          func() error { _, err := w.Charges(t.Context(), several); return err },
		"UntoldCharges":    func() error { _, err := w.UntoldCharges(t.Context()); return err },
		"Issue":            func() error { _, err := w.Issue(t.Context(), "k", "k", several, store.Bill{}); return err },
		"Document":         func() error { _, _, err := w.Document(t.Context(), "000000000000"); return err },
	} {
		before := count.Load()
		if err := ask(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := count.Load() - before; got != 1 {
			t.Errorf("%s: %d statements, want 1", name, got)
		}
	}
}

// counter counts statements.
type counter struct{ atomic.Int32 }

// TraceBatchStart counts a batch as one: it is sent in one trip.
func (c *counter) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	c.Add(1)
	return ctx
}

func (c *counter) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (c *counter) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.Add(1)
	return ctx
}

func (c *counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func TestCloseLeavesNothing(t *testing.T) {
	url := embedded.DatabaseForTest(t, "demo", fill)
	before := goleak.IgnoreCurrent()
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	db.Close()
	goleak.VerifyNone(t, before)
}
