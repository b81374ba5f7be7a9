// Package flowtest is the demo people in a real PostgreSQL, for tests of flows,
// and the World in which each flow's written conversations take place. A test
// package that uses it has
//
//	func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }
//
// The day is always Today and the people are always the same, so that what is
// said about them can stand in a transcript. See postgres.DemoPeople for who
// they are.
package flowtest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

// Today is the day it is in every test.
var Today = store.Date{Year: 2026, Month: time.May, Day: 20}

// A Store is a database of the test's own, with switches for trouble. They work
// on real connections: what flows get to see is what the driver and the server
// make of it. A Store is for one goroutine.
type Store struct {
	*postgres.DB
	Away bool // every connection breaks as soon as it is used
	Bug  bool // the server refuses us our rights, as after a mistake of ours

	Bank  bool          // PIX codes have an end, as those that a bank keeps
	NoPix store.Refusal // why there is no PIX code, nor a charge by card

	Stuck     store.Refusal // why a card company lets nobody give up
	Confirmed bool          // they have been paid when we ask them to close a page
	charge    string        // the last that was offered at one

	t   testing.TB
	url string
}

// Demo returns the demo people. Databases and connections are gone when the test
// ends.
func Demo(t testing.TB) *Store {
	t.Helper()
	s := &Store{t: t}
	t.Cleanup(func() { s.Close() })
	s.Reset()
	return s
}

// Reset ends all trouble and begins again with a new copy of the demo people.
func (s *Store) Reset() {
	s.t.Helper()
	if s.DB != nil {
		s.Close()
	}
	s.Away, s.Bug, s.Bank, s.NoPix = false, false, false, store.NotRefused
	s.Stuck, s.Confirmed = store.NotRefused, false
	s.url = embedded.DatabaseForTest(s.t, "flowtest", fill)
	s.open()
}

// open reads the code tables and parameters as they are now.
func (s *Store) open() {
	s.t.Helper()
	db, err := postgres.Open(s.t.Context(), s.url, func(config *pgxpool.Config) { config.PrepareConn = s.prepare })
	if err != nil {
		s.t.Fatal(err)
	}
	db.Today = func() store.Date { return Today }
	s.DB = db
}

func fill(ctx context.Context, url string) error {
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	return postgres.Seed(ctx, url, 0, 1, Today)
}

// prepare makes trouble on a connection that is about to be used.
func (s *Store) prepare(ctx context.Context, conn *pgx.Conn) (bool, error) {
	if s.Away {
		return true, conn.PgConn().Conn().Close() // the line is cut; the driver finds out by itself
	}
	role := "none"
	if s.Bug {
		role = "pg_signal_backend" // may do nothing with tables
	}
	_, err := conn.Exec(ctx, "SET ROLE "+role)
	return true, err
}

// Pay pays a bill in full, today.
func (s *Store) Pay(bill int64) {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.url) // banks pay while we are away, too
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(s.t.Context()) //nolint:errcheck // nothing is left to do about it
	done, err := conn.Exec(s.t.Context(), `
		INSERT INTO arrecadacao.pagamento (pgmt_id, pgmt_vlpagamento, pgmt_dtpagamento, pgmt_amreferenciapagamento,
		       pgmt_amreferenciaarrecadacao, cnta_id, imov_id, loca_id, dotp_id, avbc_id, arfm_id)
		SELECT (SELECT max(pgmt_id) + 1 FROM arrecadacao.pagamento),
		       cnta_vlagua + cnta_vlesgoto + cnta_vldebitos - cnta_vlcreditos - coalesce(cnta_vlimpostos, 0),
		       $2::date, cnta_amreferenciaconta, $3::int, cnta_id, imov_id, loca_id, 1, $3::int, 1
		  FROM faturamento.conta WHERE cnta_id = $1::bigint`, bill, Today, int(store.MonthOf(Today)))
	if err != nil || done.RowsAffected() != 1 {
		s.t.Fatalf("cannot pay bill %d: %d rows, %v", bill, done.RowsAffected(), err)
	}
}

// PayByCard lets somebody go to a card company with the property's oldest bill
// that can be chosen, this morning; if paid, the company says that they paid it.
func (s *Store) PayByCard(property int64, paid bool) {
	s.t.Helper()
	ctx, morning := s.t.Context(), time.Date(Today.Year, Today.Month, Today.Day, 9, 0, 0, 0, store.Zone)
	owed, err := s.Debts(ctx, property)
	i := slices.IndexFunc(owed.List, func(d store.Debt) bool { return d.Kind == store.OwnBill && d.Selectable() })
	if err != nil || i < 0 {
		s.t.Fatalf("property %d has no bill to choose: %v", property, err)
	}
	c, refusal, err := s.OfferCharge(ctx, fmt.Sprint("flowtest/", owed.List[i].ID), store.ChargeForm{
		Property: property, Provider: "Cartão Fácil", Debts: owed.List[i : i+1], At: morning,
	})
	if err != nil || refusal != store.NotRefused {
		s.t.Fatalf("no charge for property %d: %d, %v", property, refusal, err)
	}
	if _, _, err := s.OpenCharge(ctx, c.ID, morning); err != nil {
		s.t.Fatal(err)
	}
	if !paid {
		return
	}
	_, _, err = s.RecordEvent(ctx, store.ChargeEvent{
		Provider: c.Provider, ID: c.ID, Charge: c.ID, Kind: store.EventPaid, At: morning, Payment: c.ID, Amount: c.Total,
	}, morning)
	if err != nil {
		s.t.Fatal(err)
	}
}

// Leave lets the present occupant of a property move out, today.
func (s *Store) Leave(property int64) {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(s.t.Context()) //nolint:errcheck // nothing is left to do about it
	done, err := conn.Exec(s.t.Context(), `
		UPDATE cadastro.cliente_imovel SET clim_dtrelacaofim = $2::date
		 WHERE imov_id = $1::int AND crtp_id = 2 AND clim_dtrelacaofim IS NULL`, property, Today)
	if err != nil || done.RowsAffected() != 1 {
		s.t.Fatalf("nobody can leave property %d: %d rows, %v", property, done.RowsAffected(), err)
	}
}

// Contract puts all unpaid bills of a property into an instalment contract in
// force, which GSAN's parameter hides from now on (gsan-rules DEB-7).
func (s *Store) Contract(property int64) {
	s.t.Helper()
	s.Exec(`UPDATE cadastro.sistema_parametros SET parm_icbloqctasctrparceldebito = 1`)
	s.Exec(`
		INSERT INTO cobranca.contrato_parcel (cpar_id, cpar_nncontrato, pcst_id, cpar_dtcontrato, usur_id, cpar_cdresponsavel,
		       cpar_icdebitocomacrescimo, cpar_icparcelamentocomjuros, cpar_icinformarvalorparcela, cbfm_id, cpar_iccontasrevisao,
		       cpar_icdebitoacobrar, cpar_iccreditoarealizar, cpar_nnprestacoes, cpar_dtvencimento, cpar_nndiasentrevencimentoparc,
		       cpar_vldebitoatualizado, cpar_vlparcelado, cpar_vlparcelamentoacobrar, cpar_amreferenciafaturamento, cpar_tmimplantacao)
		VALUES (1, '1', 1, $1::date, (SELECT min(usur_id) FROM seguranca.usuario), 2, 2, 2, 2, 1, 2, 2, 2, 10, $1::date, 30, 100, 100, 100, $2::int, now())`,
		Today, int(store.MonthOf(Today)))
	s.Exec(`
		INSERT INTO cobranca.contrato_parcel_item (cpit_id, dotp_id, cpar_id, cnta_id, cpit_vlitem)
		SELECT row_number() OVER (), 1, 1, cnta_id, cnta_vlagua FROM faturamento.conta c
		 WHERE imov_id = $1::int AND NOT EXISTS (SELECT 1 FROM arrecadacao.pagamento p WHERE p.cnta_id = c.cnta_id)`, property)
	s.Reload()
}

// Reload reads the code tables and parameters anew, after Exec changed them.
func (s *Store) Reload() {
	s.t.Helper()
	s.Close()
	s.open()
}

// Exec changes the database behind the flow's back.
func (s *Store) Exec(query string, args ...any) {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(s.t.Context()) //nolint:errcheck // nothing is left to do about it
	if _, err := conn.Exec(s.t.Context(), query, args...); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
}

// Person finds someone of the demo by name, at their first property; of someone
// without a document only the property is known.
func (s *Store) Person(name string) store.Holder {
	s.t.Helper()
	for _, p := range postgres.DemoPeople() {
		if p.Name != name {
			continue
		}
		if h, ok, err := s.FindHolder(s.t.Context(), p.Properties[0], p.Document); err != nil {
			s.t.Fatal(err)
		} else if ok {
			return h
		}
		return store.Holder{Property: p.Properties[0]}
	}
	s.t.Fatalf("nobody is called %s", name)
	return store.Holder{}
}
