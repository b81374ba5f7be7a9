package postgres_test

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store/postgres"
)

func TestFindHolder(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		w.exec(`UPDATE cadastro.imovel SET imov_icexclusao = 1 WHERE imov_id = $1`, upToDate)
		w.exec(`UPDATE cadastro.cliente SET clie_nncpf = '' WHERE clie_nmcliente LIKE 'SEVERINA%'`)
		w.exec(`UPDATE cadastro.cliente SET clie_nncpf = '70000030309', clie_nncnpj = '' WHERE clie_nmcliente LIKE 'JOSEFA%'`)
		w.exec(`UPDATE cadastro.cliente SET clie_nncpf = '191' WHERE clie_nmcliente LIKE 'RAIMUNDO%'`) // lost its zeros
		for _, c := range []struct {
			rule     string
			property int64
			document string
			name     string
		}{
			{"ID-7 occupant", several, mariasCPF, "MARIA DAS DORES SANTOS"},
			{"ID-7 owner", vacant, "70000080837", "LÚCIA HELENA ANDRADE"},
			{"ID-7 alphanumeric CNPJ", company, "7D3MO5E4000189", "PADARIA TRIGO DE OURO LTDA"},
			{"ID-7 zero padded", debited, "00000000191", "RAIMUNDO NONATO OLIVEIRA"},
			{"ID-5 excluded property", upToDate, "70000020265", ""},
			{"ID-5 no such property", 99999999, mariasCPF, ""},
			{"ID-5 no matrícula at all", 1 << 40, mariasCPF, ""},
			{"ID-8 another's document", several, "70000020265", ""},
			{"ID-8 none registered", noCPF, "", ""},
			{"ID-8 zeros are no document", noCPF, "00000000000", ""},
			{"ID-15 any CNPJ", several, "7D3MO5E4000189", ""},
			{"part of a document", several, "7000001011", ""},
			{"CNPJ in lower case", company, "7d3mo5e4000189", ""},
			{"not even Latin", several, "💧", ""},
			{"SQL", several, "' OR ''='", ""},
		} {
			h, ok, err := w.FindHolder(t.Context(), c.property, c.document)
			if err != nil || ok != (c.name != "") || h.Name != c.name {
				t.Errorf("%s: %q, %t, %v; want %q", c.rule, h.Name, ok, err, c.name)
			}
			if ok && h.Property != c.property {
				t.Errorf("%s: property %d", c.rule, h.Property)
			}
		}
		w.exec(`UPDATE cadastro.cliente_imovel SET clim_dtrelacaofim = '2026-05-01' WHERE imov_id = $1`, several)
		if _, ok, _ := w.FindHolder(t.Context(), several, mariasCPF); ok {
			t.Error("ID-7: a relation that has ended still opens the property")
		}
	})
}

func TestCustomerNames(t *testing.T) {
	t.Parallel()
	encodings(t, func(t *testing.T, w world) {
		h, ok, err := w.FindHolder(t.Context(), vacant, "70000080837")
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		names, err := w.CustomerNames(t.Context(), []int64{h.Customer, 1 << 30})
		if err != nil || len(names) != 1 || names[h.Customer] != "LÚCIA HELENA ANDRADE" {
			t.Errorf("%v, %v", names, err)
		}
	})
}

func TestProperties(t *testing.T) {
	w := open(t)
	w.exec(`INSERT INTO cadastro.cliente_imovel (clim_id, clie_id, imov_id, crtp_id, clim_icnomeconta)
	        SELECT 999999, clie_id, imov_id, 1, 2 FROM cadastro.cliente_imovel WHERE imov_id = $1`, home) // owner too
	h, ok, err := w.FindHolder(t.Context(), home, "70000040452")
	if err != nil || !ok || h.Others != 1 {
		t.Fatalf("%+v, %t, %v: want one other property", h, ok, err)
	}
	all, err := w.Properties(t.Context(), h.Customer)
	if err != nil || len(all) != 2 || all[0].Property != home || all[1].Property != shop {
		t.Errorf("properties: %+v, %v", all, err)
	}
	if all[1].Address.Street != "AVENIDA DOUTOR BOANERGES PINHEIRO" || all[1].Address.Number != "1010" || all[1].Address.CEP != "49500144" {
		t.Errorf("address: %+v", all[1].Address)
	}
	for property, want := range map[int64]bool{home: true, shop: true, several: false, 0: false} {
		if got, ok, err := w.HolderOf(t.Context(), h.Customer, property); ok != want || err != nil || ok && got.Name != h.Name {
			t.Errorf("holder of %d: %+v, %t, %v", property, got, ok, err)
		}
	}
	w.exec(`UPDATE cadastro.cliente_imovel SET clim_dtrelacaofim = '2026-05-01' WHERE imov_id = $1`, shop)
	if _, ok, _ := w.HolderOf(t.Context(), h.Customer, shop); ok {
		t.Error("a relation that has ended still opens the property")
	}
	if all, _ := w.Properties(t.Context(), h.Customer); len(all) != 1 || all[0].Others != 0 {
		t.Errorf("properties after one ended: %+v", all)
	}
}

// TestOnlyTruePairs tries the documents of 500 people on the properties of all
// of them. What is true is asked in another way, and compared in Go.
func TestOnlyTruePairs(t *testing.T) {
	w := open(t)
	rows, _ := w.conn.Query(t.Context(), `
		SELECT ci.imov_id::bigint AS property, coalesce(c.clie_nncpf, c.clie_nncnpj, '') AS document,
		       ci.clim_dtrelacaofim IS NULL AND coalesce(i.imov_icexclusao, 2) <> 1 AS open
		  FROM cadastro.cliente_imovel ci JOIN cadastro.cliente c USING (clie_id) JOIN cadastro.imovel i USING (imov_id)
		 ORDER BY ci.clim_id`)
	type relation struct {
		Property int64
		Document string
		Open     bool
	}
	relations, err := pgx.CollectRows(rows, pgx.RowToStructByName[relation])
	if err != nil {
		t.Fatal(err)
	}
	opens := map[string]bool{}
	properties, documents := map[int64]bool{}, map[string]bool{"": true}
	closed := 0
	for _, r := range relations {
		properties[r.Property], documents[r.Document] = true, true
		if r.Open && r.Document != "" {
			opens[fmt.Sprint(r.Property, r.Document)] = true
		}
		if !r.Open && r.Document != "" {
			closed++
		}
	}
	if len(properties) < 500 || len(documents) < 450 || closed == 0 {
		t.Fatalf("too few: %d properties, %d documents, %d closed relations", len(properties), len(documents), closed)
	}
	every := 1 // each document on each property: 250,000 pairs
	if testing.Short() {
		every = 10
	}
	var passed, tried atomic.Int64
	ask := func(property int64, document string) {
		_, ok, err := w.FindHolder(t.Context(), property, document)
		if want := opens[fmt.Sprint(property, document)]; err != nil || ok != want {
			t.Errorf("ID-7: property %d: %t, %v; want %t", property, ok, err, want)
		}
		tried.Add(1)
		if ok {
			passed.Add(1)
		}
	}
	for _, r := range relations {
		ask(r.Property, r.Document)
	}
	var asking sync.WaitGroup
	columns := make(chan string)
	for range 2 * runtime.NumCPU() {
		asking.Go(func() {
			for document := range columns {
				i := 0
				for property := range properties {
					if i++; i%every == 0 && !t.Failed() {
						ask(property, document)
					}
				}
			}
		})
	}
	for document := range documents {
		columns <- document
	}
	close(columns)
	asking.Wait()
	t.Logf("%d pairs tried, %d passed", tried.Load(), passed.Load())
	if int(passed.Load()) < len(opens) {
		t.Errorf("%d of %d true pairs passed", passed.Load(), len(opens))
	}
}

// TestCast makes sure that the cast is who the interface promises.
func TestCast(t *testing.T) {
	w := open(t)
	for _, p := range postgres.DemoPeople() {
		for _, property := range p.Properties {
			h, ok, err := w.FindHolder(t.Context(), property, p.Document)
			if err != nil || ok != (p.Document != "") || ok && h.Name != p.Name {
				t.Errorf("%s at %d: %+v, %t, %v", p.Name, property, h, ok, err)
			}
		}
	}
}

// Documents of those in a relation to the property, and of nobody else.
func TestDocumentOf(t *testing.T) {
	t.Parallel()
	encodings(t, func(t *testing.T, w world) {
		found := 0
		for _, p := range postgres.DemoPeople() {
			for _, property := range p.Properties {
				customer, ok, err := w.FindHolder(t.Context(), property, p.Document)
				if err != nil {
					t.Fatal(err)
				}
				if !ok {
					continue // no document, or nobody there
				}
				found++
				document, ok, err := w.DocumentOf(t.Context(), customer.Customer, property)
				if err != nil || !ok || document != p.Document {
					t.Errorf("%s: %q %v %v", p.Name, document, ok, err)
				}
				if document, ok, err := w.DocumentOf(t.Context(), customer.Customer, 1); ok || err != nil {
					t.Errorf("%s at no property of theirs: %q %v", p.Name, document, err)
				}
			}
		}
		if found < 5 {
			t.Errorf("%d people were looked at", found)
		}
	})
}
