package postgres_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

// An effect is something that must happen once, whenever the process that does
// it is killed.
type effect struct {
	// prepare does what must have happened before, undisturbed, and returns the key
	// to go on with; nil if nothing must.
	prepare func(ctx context.Context, db *postgres.DB, key string, property int64) (string, error)
	// do does it for a property under the key. What it returns must survive JSON.
	do func(ctx context.Context, db *postgres.DB, key string, property int64) (any, error)
	// properties finds those it can be done for; each is used once. Two hundred
	// are enough.
	properties string
	// rows counts what it writes for property $1, a query for each table; wrote
	// is how many it adds to each.
	rows  []string
	wrote []int64
}

// ready prepares the effect and returns its key.
func (e effect) ready(ctx context.Context, db *postgres.DB, key string, property int64) (string, error) {
	if e.prepare == nil {
		return key, nil
	}
	return e.prepare(ctx, db, key, property)
}

// effects is all that is written for customers, by the name of its kind.
var effects = map[string]effect{
	"opened charge": {
		prepare: func(ctx context.Context, db *postgres.DB, key string, property int64) (string, error) {
			c, err := offerOne(ctx, db, key, property)
			return c.ID, err
		},
		do: func(ctx context.Context, db *postgres.DB, key string, _ int64) (any, error) {
			return openOne(ctx, db, key)
		},
		properties: aBill,
		rows: append(reviewRows,
			`SELECT count(*) FROM loja.charge WHERE property = $1 AND state = 'open'`,
			`SELECT count(*) FROM loja.charge_hold JOIN loja.charge ON id = charge WHERE property = $1 AND firm`,
			`SELECT count(*) FROM loja.charge_event JOIN loja.charge c ON c.id = charge WHERE property = $1`,
		),
		wrote: []int64{1, 1, 1, 1, 1, 1, 1},
	},
	"refused charge": {
		prepare: offerAndOpenOne,
		do: func(ctx context.Context, db *postgres.DB, key string, _ int64) (any, error) {
			return hearOf(ctx, db, key, store.ChargeEvent{Kind: store.EventRefused, At: at})
		},
		properties: aBill,
		rows: append(reviewRows,
			`SELECT count(*) FROM loja.charge WHERE property = $1 AND state = 'refused'`,
			`SELECT count(*) FROM loja.charge_hold JOIN loja.charge ON id = charge WHERE property = $1`,
			`SELECT count(*) FROM loja.charge_event JOIN loja.charge c ON c.id = charge WHERE property = $1`,
		),
		wrote: []int64{-1, 1, 1, 1, 1, -1, 1},
	},
	"paid charge": { // late, so that there is a request
		prepare: offerAndOpenOne,
		do: func(ctx context.Context, db *postgres.DB, key string, _ int64) (any, error) {
			return hearOf(ctx, db, key, store.ChargeEvent{Kind: store.EventPaid, At: at.Add(time.Hour), Payment: "p", Amount: 1e9})
		},
		properties: aBill,
		rows: []string{
			`SELECT count(*) FROM loja.charge WHERE property = $1 AND state = 'paid' AND marks = 'late over' AND reported = marks AND protocol <> ''`,
			`SELECT count(*) FROM loja.charge_hold JOIN loja.charge ON id = charge WHERE property = $1`,
			`SELECT count(*) FROM loja.charge_event JOIN loja.charge c ON c.id = charge WHERE property = $1`,
			`SELECT count(*) FROM atendimentopublico.registro_atendimento WHERE imov_id = $1`,
			`SELECT count(*) FROM atendimentopublico.ra_conta JOIN atendimentopublico.registro_atendimento USING (rgat_id) WHERE imov_id = $1`,
		},
		wrote: []int64{1, -1, 1, 1, 1},
	},
	"request": {
		do: func(ctx context.Context, db *postgres.DB, key string, property int64) (any, error) {
			o, ok, err := db.OpenRequest(ctx, key, store.RequestForm{
				Kind: leakInStreet, Property: property, Customer: 1015, Requester: "MARIA", Phone: "+5579991234567", Landmark: "PADARIA",
				Place: &store.Point{Lat: -10.911, Lon: -37.0717}, At: at,
			})
			if err == nil && !ok {
				err = fmt.Errorf("not offered")
			}
			return o, err
		},
		properties: `SELECT imov_id::bigint FROM cadastro.imovel WHERE imov_id > 2400000 ORDER BY 1 LIMIT 200`,
		rows: append(effectRows,
			`SELECT count(*) FROM atendimentopublico.registro_atendimento WHERE imov_id = $1`,
			`SELECT count(*) FROM atendimentopublico.ra_unidade JOIN atendimentopublico.registro_atendimento USING (rgat_id) WHERE imov_id = $1`,
			`SELECT count(*) FROM atendimentopublico.ra_solicitante JOIN atendimentopublico.registro_atendimento USING (rgat_id) WHERE imov_id = $1`,
			`SELECT count(*) FROM atendimentopublico.tramite JOIN atendimentopublico.registro_atendimento USING (rgat_id) WHERE imov_id = $1`,
			`SELECT count(*) FROM loja.attachment WHERE property = $1`,
		),
		wrote: []int64{1, 1, 1, 1, 1, 1},
	},
	"due day": {
		do: func(ctx context.Context, db *postgres.DB, key string, property int64) (any, error) {
			c, err := db.ChangeDueDay(ctx, key, store.DueDayForm{Property: property, Day: 25, At: at})
			if err == nil && c.Refused != store.MayChange {
				err = fmt.Errorf("refused: %s", c.Refused)
			}
			return c, err
		},
		properties: `SELECT imov_id::bigint FROM cadastro.imovel WHERE imov_id > 3000000 AND coalesce(imov_icexclusao, 2) <> 1 ORDER BY 1 LIMIT 200`,
		rows: append(effectRows,
			`SELECT count(*) FROM faturamento.vencimento_alternativo WHERE imov_id = $1`,
			`SELECT count(*) FROM cadastro.imovel WHERE imov_id = $1 AND imov_ddvencimento = 25 AND imov_icvencimentomesseguinte = 2`,
			`SELECT count(*) FROM atendimentopublico.registro_atendimento WHERE imov_id = $1`,
			`SELECT count(*) FROM atendimentopublico.ra_unidade JOIN atendimentopublico.registro_atendimento USING (rgat_id) WHERE imov_id = $1`,
			`SELECT count(*) FROM atendimentopublico.tramite JOIN atendimentopublico.registro_atendimento USING (rgat_id) WHERE imov_id = $1`,
			`SELECT count(*) FROM seguranca.operacao_efetuada WHERE opef_cnargumento = $1`,
			`SELECT count(*) FROM seguranca.usuario_alteracao JOIN seguranca.operacao_efetuada ON opef_id = tref_id WHERE opef_cnargumento = $1`,
			`SELECT count(*) FROM seguranca.tabela_linha_alteracao JOIN seguranca.operacao_efetuada ON opef_id = tref_id WHERE opef_cnargumento = $1`,
		),
		wrote: []int64{1, 1, 1, 1, 2, 1, 1, 1, 1}, // the request is opened and closed
	},
	"statement": {
		do: func(ctx context.Context, db *postgres.DB, key string, property int64) (any, error) {
			owed, err := db.Debts(ctx, property)
			if err != nil {
				return nil, err
			}
			chosen := slices.DeleteFunc(owed.List, func(d store.Debt) bool { return !d.Selectable() })
			s, refusal, err := db.IssueStatement(ctx, key, property, chosen[:2])
			if err == nil && refusal != store.NotRefused {
				err = fmt.Errorf("refused: %d", refusal)
			}
			return s, err
		},
		properties: twoBills,
		rows: append(effectRows,
			`SELECT count(*) FROM cobranca.cobranca_documento WHERE imov_id = $1`,
			`SELECT count(*) FROM cobranca.cobranca_documento_item JOIN cobranca.cobranca_documento USING (cbdo_id) WHERE imov_id = $1`,
		),
		wrote: []int64{1, 1, 2},
	},
}

// bills finds properties with so many bills to be paid; aBill and twoBills with
// one and two of them at least.
const bills = `
	SELECT c.imov_id::bigint FROM faturamento.conta c
	  JOIN cadastro.cliente_imovel r ON r.imov_id = c.imov_id AND r.crtp_id = 2 AND r.clim_dtrelacaofim IS NULL
	  JOIN cadastro.cliente_conta k ON k.cnta_id = c.cnta_id AND k.crtp_id = 2 AND k.clie_id = r.clie_id
	 WHERE c.imov_id > 3000000 AND c.dcst_idatual = 0 AND c.cnta_dtrevisao IS NULL
	   AND NOT EXISTS (SELECT 1 FROM arrecadacao.pagamento p WHERE p.cnta_id = c.cnta_id)
	 GROUP BY 1 HAVING count(*) >= %d ORDER BY 1 LIMIT 250`

var aBill, twoBills = fmt.Sprintf(bills, 1), fmt.Sprintf(bills, 2)

// What effects have in common: the row that is kept under their key; reviews of
// bills and their trail.
var (
	effectRows = []string{`SELECT count(*) FROM loja.effect WHERE property = $1`}
	reviewRows = []string{
		`SELECT count(*) FROM faturamento.conta WHERE imov_id = $1 AND cmrv_id = 110 AND cnta_dtrevisao IS NOT NULL`,
		`SELECT count(*) FROM seguranca.operacao_efetuada WHERE opef_cnargumento = $1`,
		`SELECT count(*) FROM seguranca.usuario_alteracao JOIN seguranca.operacao_efetuada ON opef_id = tref_id WHERE opef_cnargumento = $1`,
		`SELECT count(*) FROM seguranca.tabela_linha_alteracao JOIN seguranca.operacao_efetuada ON opef_id = tref_id WHERE opef_cnargumento = $1`,
	}
)

// offerOne offers a bill of the property for a card, under the key.
func offerOne(ctx context.Context, db *postgres.DB, key string, property int64) (store.Charge, error) {
	owed, err := db.Debts(ctx, property)
	if err != nil {
		return store.Charge{}, err
	}
	open := slices.DeleteFunc(owed.List, func(d store.Debt) bool { return d.Kind != store.OwnBill || !d.Selectable() })
	c, refusal, err := db.OfferCharge(ctx, key, store.ChargeForm{
		Session: "test", Property: property, Provider: "card", Debts: open[:1], At: at,
	})
	if err == nil && refusal != store.NotRefused {
		err = fmt.Errorf("refused: %d", refusal)
	}
	return c, err
}

// openOne opens the charge.
func openOne(ctx context.Context, db *postgres.DB, id string) (store.OpenedCharge, error) {
	o, _, err := db.OpenCharge(ctx, id, at)
	if err == nil && o.Refusal != store.NotRefused {
		err = fmt.Errorf("refused: %d", o.Refusal)
	}
	return o, err
}

func offerAndOpenOne(ctx context.Context, db *postgres.DB, key string, property int64) (string, error) {
	c, err := offerOne(ctx, db, key, property)
	if err == nil {
		_, err = openOne(ctx, db, c.ID)
	}
	return c.ID, err
}

// hearOf records news of the charge.
func hearOf(ctx context.Context, db *postgres.DB, id string, e store.ChargeEvent) (store.Charge, error) {
	e.Provider, e.ID, e.Charge = "card", "news of "+id, id
	c, _, err := db.RecordEvent(ctx, e, at)
	return c, err
}

// TestKill does every effect in a process of its own that is killed before and
// after each time it reads from the database's line or writes to it, one place
// after the other, until one comes through. After each death someone comes with
// the same key, twice: it has happened once, whole, and both are told the same.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("there is no time")
	}
	for name, e := range effects {
		t.Run(name, func(t *testing.T) {
			w, url := openKillable(t)
			rows, _ := w.conn.Query(t.Context(), e.properties)
			properties, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			if err != nil {
				t.Fatal(err)
			}
			points, done := 0, 0 // deaths, and how many of them after the effect had happened
			for _, property := range properties {
				if _, err := e.ready(t.Context(), w.DB, keyOf(property), property); err != nil {
					t.Fatal(err)
				}
				before := w.counts(e, property)
				killed := child(t, url, name, property, points+1)
				if !killed {
					break
				}
				points++
				after := w.counts(e, property)
				switch {
				case slices.Equal(added(before, after), e.wrote):
					done++
				case !slices.Equal(before, after):
					t.Errorf("killed at %d: half of it: %v rows", points, added(before, after))
				}
				first := w.again(e, property)
				w.alone()
				if got := added(before, w.counts(e, property)); !slices.Equal(got, e.wrote) {
					t.Errorf("killed at %d: then %v rows, want %v", points, got, e.wrote)
				}
				second := w.again(e, property)
				if !bytes.Equal(first, second) {
					t.Errorf("killed at %d: told %s, then %s", points, first, second)
				}
				if got := added(before, w.counts(e, property)); !slices.Equal(got, e.wrote) {
					t.Errorf("killed at %d: in the end %v rows, want %v", points, got, e.wrote)
				}
			}
			t.Logf("killed at %d places, at %d of them it had happened", points, done)
			if points < 50 || points == len(properties) || done == 0 {
				t.Errorf("killed at %d places, want at least 50, one of them after it has happened, and that it comes through", points)
			}
		})
	}
}

func openKillable(t *testing.T) (w world, url string) {
	url = embedded.DatabaseForTest(t, "demo", fill)
	w = openURL(t, url)
	w.CardReview = cardReview
	return w, url
}

// counts counts the rows of every table of an effect at one moment.
func (w world) counts(e effect, property int64) (counts []int64) {
	w.t.Helper()
	err := w.conn.QueryRow(w.t.Context(), `SELECT ARRAY[(`+strings.Join(e.rows, `), (`)+`)]::bigint[]`, property).Scan(&counts)
	if err != nil {
		w.t.Fatal(err)
	}
	return counts
}

func added(before, after []int64) []int64 {
	more := make([]int64, len(after))
	for i := range after {
		more[i] = after[i] - before[i]
	}
	return more
}

// alone waits until the server has noticed the death of every child.
func (w world) alone() {
	w.t.Helper()
	for range 6000 {
		if w.number(`SELECT count(*) FROM pg_stat_activity WHERE application_name = 'killed' AND datname = current_database()`) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatal("the dead are still connected")
}

// What a child is told.
const killEffect, killURL, killProperty, killAt = "TEST_KILL_EFFECT", "TEST_KILL_URL", "TEST_KILL_PROPERTY", "TEST_KILL_AT"

// keyOf is the key under which the effect happens for a property.
func keyOf(property int64) string { return fmt.Sprintf("test/%d", property) }

// child does an effect for the property, under the property's key, in another
// process, which is killed at that place, unless it comes through before.
func child(t *testing.T, url, effect string, property int64, at int) (killed bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), killEffect+"="+effect, killURL+"="+url+"&application_name=killed",
		fmt.Sprintf("%s=%d", killProperty, property), fmt.Sprintf("%s=%d", killAt, at))
	wrong, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("%s for %d: %v\n%s", effect, property, err, wrong)
	}
	return err != nil
}

// again comes with the same key as a child that was killed, and returns what it
// is told.
func (w world) again(e effect, property int64) []byte {
	w.t.Helper()
	key, err := e.ready(w.t.Context(), w.DB, keyOf(property), property)
	if err != nil {
		w.t.Fatal(err)
	}
	result, err := e.do(w.t.Context(), w.DB, key, property)
	if err != nil {
		w.t.Fatal(err)
	}
	told, err := json.Marshal(result)
	if err != nil {
		w.t.Fatal(err)
	}
	return told
}

// runChild is the main of a child; it returns its exit status.
func runChild() int {
	err := func() error {
		ctx := context.Background()
		property, err := strconv.ParseInt(os.Getenv(killProperty), 10, 64)
		if err != nil {
			return err
		}
		at, err := strconv.ParseInt(os.Getenv(killAt), 10, 64)
		if err != nil {
			return err
		}
		var places atomic.Int64 // left to pass; not counted before the effect begins
		places.Store(-1)
		db, err := postgres.Open(ctx, os.Getenv(killURL), func(c *pgxpool.Config) {
			var dialer net.Dialer
			c.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
				line, err := dialer.DialContext(ctx, network, address)
				return deadly{line, &places}, err
			}
		})
		if err != nil {
			return err
		}
		defer db.Close()
		db.Today, db.CardReview = func() store.Date { return today }, cardReview
		e := effects[os.Getenv(killEffect)]
		key, err := e.ready(ctx, db, keyOf(property), property)
		if err != nil {
			return err
		}
		places.Store(at)
		_, err = e.do(ctx, db, key, property)
		places.Store(-1)
		return err
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// deadly is a line that kills its process at a place.
type deadly struct {
	net.Conn
	places *atomic.Int64
}

func (d deadly) Read(p []byte) (int, error) {
	d.pass()
	defer d.pass()
	return d.Conn.Read(p)
}

func (d deadly) Write(p []byte) (int, error) {
	d.pass()
	defer d.pass()
	return d.Conn.Write(p)
}

// pass kills the process if this is the place.
func (d deadly) pass() {
	if d.places.Add(-1) != 0 {
		return
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {} // until it is dead
}
