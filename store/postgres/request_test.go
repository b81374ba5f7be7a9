package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lojavirtual/store"
)

// The kinds of the demo that are asked for here.
const (
	noWaterHere   = 1  // one day
	leakInStreet  = 3  // five days, to unit 2
	contestedBill = 24 // asks for bills
)

// at is when the tests ask: a Friday, six days before a holiday on a Sunday.
var at = time.Date(2024, time.September, 6, 9, 30, 0, 0, store.Zone)

func form(kind int) store.RequestForm {
	return store.RequestForm{
		Kind: kind, Property: several, Customer: 1015, Requester: "Maria das Dores", Phone: "+5579991234567",
		Landmark: "perto da padaria", Notes: "vaza desde ontem", Session: "telegram:4711", At: at,
	}
}

// open opens a request, which must be offered.
func (w world) request(key string, f store.RequestForm) store.OpenedRequest {
	w.t.Helper()
	o, ok, err := w.OpenRequest(w.t.Context(), key, f)
	if err != nil || !ok {
		w.t.Fatalf("%v, %v", ok, err)
	}
	return o
}

// requestRows counts the rows of every table that opening a request writes.
const requestRows = `
	SELECT (SELECT count(*) FROM atendimentopublico.registro_atendimento WHERE imov_id = $1)
	     + (SELECT count(*) FROM atendimentopublico.ra_unidade JOIN atendimentopublico.registro_atendimento USING (rgat_id) WHERE imov_id = $1)
	     + (SELECT count(*) FROM atendimentopublico.ra_solicitante JOIN atendimentopublico.registro_atendimento USING (rgat_id) WHERE imov_id = $1)
	     + (SELECT count(*) FROM atendimentopublico.tramite JOIN atendimentopublico.registro_atendimento USING (rgat_id) WHERE imov_id = $1)`

func (w world) text(query string, args ...any) (s string) {
	w.t.Helper()
	if err := w.conn.QueryRow(w.t.Context(), query, args...).Scan(&s); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	return s
}

// TestRequestTypes: RA-1, and what is not offered.
func TestRequestTypes(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		types, err := w.RequestTypes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var names, all []string
		for _, ty := range types {
			names = append(names, ty.Name)
			for _, k := range ty.Kinds {
				all = append(all, k.Name)
				if k.Bills != (k.ID == contestedBill) {
					t.Errorf("%s: bills %t", k.Name, k.Bills)
				}
			}
			if ty.NoWater != (ty.Name == "Falta d'água") {
				t.Errorf("%s: no water %t", ty.Name, ty.NoWater)
			}
		}
		if got, want := strings.Join(names, ", "), "Cadastro, Conta, Denúncia, Esgoto, Falta d'água, Hidrômetro, Ligação de água, Ligação de esgoto, Pavimento, Qualidade da água, Vazamento"; got != want {
			t.Errorf("RA-1: types %s", got)
		}
		if got, want := fmt.Sprint(types[6].Kinds), "[{6 Ligação nova false} {7 Religação false}]"; got != want {
			t.Errorf("RA-1: kinds %s", got)
		}
		for _, hidden := range []string{"Supressão a pedido", "Conta não entregue", "Alteração de vencimento", "Inscrição", "Vistoria no hidrômetro", "Caminhão-pipa"} {
			if slices.Contains(all, hidden) {
				t.Errorf("%s is offered", hidden)
			}
		}
		w.WorkOrders = true
		types, err = w.RequestTypes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found := fmt.Sprint(types)
		if !strings.Contains(found, "Vistoria no hidrômetro") || !strings.Contains(found, "Caminhão-pipa") || strings.Contains(found, "Inscrição") {
			t.Errorf("with work orders: %v", found)
		}
	})
}

// TestOpenRequest: all rows, their values, and once under a key.
func TestOpenRequest(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		before := w.number(requestRows, several)
		f := form(leakInStreet)
		f.Landmark = "“Padaria” da Zefa 🥖 – " + strings.Repeat("ç", 100)
		f.Place = &store.Point{Lat: -10.911, Lon: -37.0717}
		f.Photos = []string{"file-1"}
		o := w.request("k1", f)
		want := store.OpenedRequest{
			ID: o.ID, Protocol: o.Protocol, Opened: store.DateOf(at),
			Deadline: store.Date{Year: 2024, Month: time.September, Day: 11}, // RA-6
		}
		if o != want || len(o.Protocol) != 14 || !strings.HasPrefix(o.Protocol, "20241") {
			t.Errorf("opened %+v", o)
		}
		if got := w.number(requestRows, several) - before; got != 4 {
			t.Errorf("%d rows written, want 4", got)
		}
		landmark := `"Padaria" da Zefa ? - ` + strings.Repeat("ç", 38) // RA-3: 60
		got := w.text(`
			SELECT concat_ws('|', r.step_id, r.meso_id, r.rgat_cdsituacao, r.rgat_icatendimentoonline, r.rgat_tmregistroatendimento::text,
			       r.rgat_dtprevistaoriginal::text, r.rgat_dtprevistaatual::text, r.rgat_dspontoreferencia, r.unid_idatual, r.loca_id = i.loca_id,
			       r.lgbr_id = i.lgbr_id, r.lgcp_id = i.lgcp_id, trim(r.rgat_nnimovel), r.rgat_dsobservacao)
			  FROM atendimentopublico.registro_atendimento r JOIN cadastro.imovel i USING (imov_id) WHERE rgat_id = $1`, o.ID)
		if want := "3|8|1|1|2024-09-06 09:30:00|2024-09-11|2024-09-11|" + landmark +
			"|2|t|t|t|120|vaza desde ontem CONTATO: (79) 99123-4567. LOCAL ENVIADO: -10.91100, -37.07170. FOTOS NO CHATBOT: 1."; got != want {
			t.Errorf("RA-5: request\n got %s\nwant %s", got, want)
		}
		got = w.text(`
			SELECT concat_ws('|', s.clie_id, s.raso_nmsolicitante, s.raso_dspontoreferencia, s.raso_icsolicitanteprincipal, s.raso_nnprotocoloatendimento,
			       u.unid_id, u.usur_id, u.attp_id, k.unid_idorigem, k.unid_iddestino, k.usur_idregistro, k.usur_idresponsavel,
			       (SELECT count(*) FROM atendimentopublico.solicitante_fone f WHERE f.raso_id = s.raso_id))
			  FROM atendimentopublico.ra_solicitante s JOIN atendimentopublico.ra_unidade u USING (rgat_id)
			  JOIN atendimentopublico.tramite k USING (rgat_id) WHERE rgat_id = $1`, o.ID)
		if want := "1015|Maria das Dores|" + landmark + "|1|" + o.Protocol + "|1|1|1|1|2|1|1|0"; got != want {
			t.Errorf("RA-5, RA-7: who and where\n got %s\nwant %s", got, want)
		}
		if got := w.text(`SELECT string_agg(concat_ws(' ', kind, lat, lon, session, ref), ', ' ORDER BY id) FROM loja.attachment WHERE request = $1`, o.ID); got != "place -10.911 -37.0717 telegram:4711, photo telegram:4711 file-1" {
			t.Errorf("attachments: %s", got)
		}
		if p, ok, err := w.PendingRequest(t.Context(), several, leakInStreet); err != nil || !ok || p.ID != o.ID || p.Protocol != o.Protocol || p.Deadline != o.Deadline {
			t.Errorf("pending: %+v, %t, %v", p, ok, err)
		}
		if p, ok, err := w.PendingRequest(t.Context(), several, 999); err != nil || ok {
			t.Errorf("pending, of no kind: %+v, %t, %v", p, ok, err)
		}
		if again := w.request("k1", f); again != o {
			t.Errorf("again under the same key: %+v, want %+v", again, o)
		}
		again := w.request("k2", form(leakInStreet)) // RA-10
		if o.Existed = true; again != o {
			t.Errorf("RA-10: %+v, want %+v", again, o)
		}
		if got := w.number(requestRows, several) - before; got != 4 {
			t.Errorf("RA-10: %d rows written, want 4", got)
		}
		w.exec(`UPDATE atendimentopublico.registro_atendimento SET rgat_cdsituacao = 3 WHERE rgat_id = $1`, o.ID)
		if third := w.request("k3", form(leakInStreet)); third.Existed || third.ID == o.ID || third.Protocol <= o.Protocol {
			t.Errorf("RA-10: a blocked one counts: %+v", third)
		}
	})
}

// TestOpenRequestDeadline: RA-6 by business days, and none at all.
func TestOpenRequestDeadline(t *testing.T) {
	w := open(t)
	w.exec(`UPDATE cadastro.sistema_parametros SET parm_iccalcprevradiasuteis = 1, parm_icsugestaotramite = 2`)
	o := w.request("k1", form(leakInStreet))
	if got := o.Deadline.String(); got != "13/09/2024" {
		t.Errorf("RA-6: %s, want 13/09/2024", got)
	}
	if got := w.number(`SELECT unid_idatual::bigint FROM atendimentopublico.registro_atendimento WHERE rgat_id = $1`, o.ID); got != 1 {
		t.Errorf("RA-7: unit %d, want the Loja Virtual's", got)
	}
	if o := w.request("k2", form(36)); o.Deadline != o.Opened {
		t.Errorf("RA-6: without days %s", o.Deadline)
	}
}

// TestOpenRequestCentral: where the unit of the kind has a central one.
func TestOpenRequestCentral(t *testing.T) {
	w := open(t)
	w.exec(`UPDATE cadastro.unidade_organizacional SET unid_idcentralizadora = 4 WHERE unid_id = 2`)
	o := w.request("k1", form(leakInStreet))
	if got := w.number(`SELECT unid_iddestino::bigint FROM atendimentopublico.tramite WHERE rgat_id = $1`, o.ID); got != 4 {
		t.Errorf("unit %d, want 4", got)
	}
}

// TestOpenRequestOfStrangers: without a customer the phone is kept (RA-4).
func TestOpenRequestOfStrangers(t *testing.T) {
	w := open(t)
	f := form(noWaterHere)
	f.Customer = 0
	o := w.request("k1", f)
	got := w.text(`
		SELECT concat_ws('|', sofo_cdddd, sofo_nnfone, sofo_icfonepadrao, fnet_id) FROM atendimentopublico.solicitante_fone
		  JOIN atendimentopublico.ra_solicitante USING (raso_id) WHERE rgat_id = $1 AND clie_id IS NULL`, o.ID)
	if got != "79|991234567|1|1" {
		t.Errorf("RA-4: %s", got)
	}
}

// TestOpenRequestBills: the bills it is about, and no one else's.
func TestOpenRequestBills(t *testing.T) {
	w := open(t)
	mine, paid, others := w.bill(several, 202605), w.bill(several, 202506), w.bill(home, 202605)
	f := form(contestedBill)
	f.Bills = []int64{mine, paid, others}
	o := w.request("k1", f)
	if got, want := w.text(`SELECT string_agg(cnta_id::text, ' ' ORDER BY cnta_id) FROM atendimentopublico.ra_conta WHERE rgat_id = $1`, o.ID), fmt.Sprint(min(mine, paid), " ", max(mine, paid)); got != want {
		t.Errorf("bills %s, want %s", got, want)
	}
}

// TestOpenRequestNotOffered: what is for staff, or opens a work order.
func TestOpenRequestNotOffered(t *testing.T) {
	w := open(t)
	before := w.number(requestRows, several)
	for _, kind := range []int{8, 10, 11, 29, 37, 38, 999} {
		if o, ok, err := w.OpenRequest(t.Context(), fmt.Sprint("k", kind), form(kind)); ok || err != nil {
			t.Errorf("kind %d: %+v, %t, %v", kind, o, ok, err)
		}
	}
	f := form(leakInStreet)
	f.Property = 99999999
	if o, ok, err := w.OpenRequest(t.Context(), "k", f); ok && err == nil {
		t.Errorf("no such property: %+v", o)
	}
	if got := w.number(requestRows, several) - before; got != 0 {
		t.Errorf("%d rows written", got)
	}
}

// TestOpenRequestTogether: twenty who ask for the same at once open one.
func TestOpenRequestTogether(t *testing.T) {
	w := open(t)
	before := w.number(requestRows, several)
	var made, existed int
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			o, ok, err := w.OpenRequest(t.Context(), fmt.Sprint("k", i), form(leakInStreet))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil || !ok:
				t.Errorf("%t, %v", ok, err)
			case o.Existed:
				existed++
			default:
				made++
			}
		})
	}
	all.Wait()
	if made != 1 || existed != 19 || w.number(requestRows, several)-before != 4 {
		t.Errorf("RA-10: %d made, %d existed, %d rows", made, existed, w.number(requestRows, several)-before)
	}
}
