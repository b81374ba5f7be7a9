package console

import (
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"lojavirtual/store"
)

// counted stores a few conversations of the last days, with payloads where a name
// is not ours.
func (w *world) counted() {
	w.t.Helper()
	var turns []store.Turn
	at := w.now().Add(-70 * time.Hour)
	for i := range 40 {
		at = at.Add(97 * time.Minute)
		session := fmt.Sprintf("%s:%d", []string{"whatsapp", "telegram", "web"}[i%3], 900+i)
		add := func(t store.Turn) {
			at = at.Add(40 * time.Second)
			t.ID, t.Session, t.At, t.Protocol = fmt.Sprintf("%d-%d", at.UnixMilli(), i), session, at, fmt.Sprintf("2605%09d", i)
			turns = append(turns, t)
		}
		add(store.Turn{Said: "quero a conta", To: store.TurnPlace{Flow: "segundavia", State: "choosing"}})
		switch i % 4 {
		case 0, 1:
			add(store.Turn{Said: "1", From: store.TurnPlace{Flow: "segundavia", State: "choosing"}, Steps: []store.TurnStep{{Flow: "segundavia", From: "choosing", Event: "done", To: "end"}}, Replies: []store.Reply{{File: "conta-202605.pdf"}, {Copy: "00020126…br.gov.bcb.pix…"}}})
		case 2:
			add(store.Turn{Said: "atendente", From: store.TurnPlace{Flow: "segundavia", State: "choosing"}, Waiting: at})
			at = at.Add(time.Duration(i) * 20 * time.Second)
			add(store.Turn{Kind: store.TurnTookOver, By: "Ana", Human: "Ana", Waited: int64(20*i) + 1})
		case 3:
			add(store.Turn{Kind: store.TurnSilence, From: store.TurnPlace{Flow: "segundavia", State: "choosing"}, Over: true})
		}
	}
	if _, n, _, err := w.db.StoreTurns(w.t.Context(), 5, func(context.Context, string) ([]store.Turn, error) { return turns, nil }); err != nil || n != len(turns) {
		w.t.Fatal(n, err)
	}
}

// What is counted is shown, and can be had as a file that no spreadsheet takes for
// a formula.
func TestNumbersPage(t *testing.T) {
	w := open(t)
	w.add("sonia", store.Supervisor)
	sonia := w.in("sonia")
	sonia.get("/numeros").wants(t, 200, "Ainda não há conversas neste período")
	w.counted()
	page := sonia.get("/numeros")
	for _, words := range []string{`<dd class="big">40</dd>`, `<dd class="big">50,0 %</dd>`, "Segunda Via de Conta", "2ª via de conta, PDF", "Pix copia e cola", "Desistências", "das quais 20 resolvidas sem uma pessoa"} {
		page.wants(t, 200, words)
	}
	sonia.get("/numeros?canal=web").wants(t, 200, `<dd class="big">13</dd>`)
	sonia.get("/numeros?de=2026-02-31&ate=x").wants(t, 200, "Escolha o primeiro e o último dia")
	sonia.get("/numeros?de=2026-05-02&ate=2026-05-01").wants(t, 200, "vem antes do primeiro")
	sonia.get("/numeros?de=2020-01-01&ate=2026-05-01").wants(t, 200, "no máximo 366 dias")
	sonia.get("/numeros?de=2026-01-01&ate=2026-01-02").wants(t, 200, "Ainda não há conversas neste período")

	today := store.DateOf(w.now())
	span := fmt.Sprintf("?de=%s&ate=%s", field(today.Add(-6)), field(today))
	for _, s := range w.sheets(store.Numbers{}) {
		a := sonia.get("/numeros/" + s.Name + ".csv" + span)
		rows, err := spreadsheet(a.text)
		if a.status != 200 || err != nil || len(rows) == 0 || !strings.HasPrefix(a.text, "\uFEFF") || !strings.Contains(a.header.Get("Content-Disposition"), s.Name+"_") {
			t.Errorf("%s: %d, %v, %q", s.Name, a.status, err, a.text)
		}
	}
	sonia.get("/numeros/dias.csv"+span).wants(t, 200, today.String()+";")
	sonia.get("/numeros/nada.csv"+span).wants(t, 404, "Não existe nada")
	sonia.get("/numeros/dias"+span).wants(t, 404, "Não existe nada")
	sonia.get("/numeros/dias.csv?de=x&ate=y").wants(t, 404, "Não existe nada")
	if deeds := w.deeds(); !strings.Contains(strings.Join(deeds, "\n"), "numbers_saved") {
		t.Errorf("nobody wrote down that a file was had: %q", deeds)
	}
}

func TestNoFormula(t *testing.T) {
	for _, payload := range []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00A0=HYPERLINK(\"x\")", "\uFEFF=1", "|calc", "%0A=1", `=cmd|' /C calc'!A0`, "=1;=2", "\"=1",
	} {
		text := string(sheet{Head: []string{payload, "x"}, Rows: []record{{Cells: []entry{plain(payload), number(7)}}}}.csv())
		rows, err := spreadsheet(text)
		if err != nil || len(rows) != 2 || len(rows[1]) != 2 || rows[1][1] != "7" {
			t.Fatalf("%q became %q, %v", payload, text, err)
		}
		for _, row := range rows {
			if first := strings.TrimLeft(row[0], " \u00A0\uFEFF"); strings.ContainsAny(first[:1], "=+-@\t\r\n|%") {
				t.Errorf("%q is a formula: %q", payload, row[0])
			}
		}
	}
	if got := share(1, 3).Plain + share(0, 0).Plain + share(2, 2).Text + money(109112).Plain + thousands(1234567) + thousands(12); got != "33,3–100,0 %1091,121.234.56712" {
		t.Errorf("numbers are written %q", got)
	}
}

// spreadsheet reads a file as spreadsheets do.
func spreadsheet(text string) ([][]string, error) {
	read := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF")))
	read.Comma = ';'
	return read.ReadAll()
}
