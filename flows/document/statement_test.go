package document

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lojavirtual/store"
	"lojavirtual/store/febraban"
)

// owed is a statement of something of every kind.
func owed(t testing.TB) store.Statement {
	b := household(t)
	return withTotals(t, store.Statement{
		Number: 54321, Property: b.Property, Profile: "normal", Holder: b.Holder, Issued: day(11, 22), Validity: day(11, 29),
		Items: []store.Debt{
			{Kind: store.OwnBill, Month: 202608, Due: day(9, 10), Value: 16120, Late: store.LateCharges{Fine: 322, Interest: 322, Correction: 41}},
			{Kind: store.OwnBill, Month: 202609, Due: day(10, 10), Value: 15433, Late: store.LateCharges{Fine: 309, Interest: 154, Correction: -26}},
			{Kind: store.OwnBill, Month: 202610, Due: day(11, 10), Value: 18742, Late: store.LateCharges{Fine: 375}},
			{Kind: store.FormerBill, Month: 202502, Due: day(-9, 15), Value: 9012, Late: store.LateCharges{Fine: 180, Interest: 1892, Correction: 402}},
			{Kind: store.Service, Text: "Substituição de hidrômetro", Value: 7926, Instalments: 2, Instalment: 3963},
			{Kind: store.Slip, Text: "Aviso de corte", Due: day(12, 1), Value: 6450},
			{Kind: store.Deal, Text: "Parcelamento de 12/03/2025", Value: 84210, Instalments: 9, Instalment: 9357},
			{Kind: store.Credit, Text: "Conta paga em duplicidade", Value: 2375},
		},
	})
}

// withTotals gives a statement its total and its bar code.
func withTotals(t rapid.TB, s store.Statement) store.Statement {
	t.Helper()
	s.Total = store.SumOf(s.Items).Total() - s.Discount
	code, err := febraban.Issuer{Company: "0123"}.Code(febraban.Payment{
		Kind: febraban.Document, Locality: s.Property.Locality, Property: s.Property.ID, Number: s.Number, Type: 14,
	}, s.Total)
	if err != nil {
		t.Fatal(err)
	}
	s.Barcode = string(code)
	return s
}

func TestStatement(t *testing.T) {
	one := owed(t)
	one.Items = one.Items[2:3]
	one = withTotals(t, one)

	long := owed(t)
	long.Items = nil
	for i := range 70 {
		month := store.Month(202610).Add(i - 69)
		long.Items = append(long.Items, store.Debt{Kind: store.OwnBill, Month: month, Due: month.Add(1).First().Add(9), Value: store.Money(9000 + 37*i), Late: store.LateCharges{Fine: 180, Interest: store.Money(90 * (70 - i)), Correction: store.Money(11 * (70 - i))}})
	}
	long = withTotals(t, long)

	discount := owed(t)
	discount.Discount = 1500
	discount = withTotals(t, discount)

	codeless := owed(t)
	codeless.Barcode, codeless.NoCode = "", "não há banco para receber"

	ahead := owed(t)
	for i, d := range ahead.Items {
		if d.Kind == store.Deal {
			d.Each, d.AheadMost = 9357, 8
			ahead.Items[i], _ = d.InPart(2)
		}
	}
	ahead = withTotals(t, ahead)

	for _, s := range []struct {
		name      string
		statement store.Statement
		charge    store.PixCode
		pages     int
		says      []string
		silent    []string
	}{
		{
			"everything", owed(t), pix, 1,
			[]string{
				"DESO", "Extrato de débitos", "54321", "Emitido em 22/11/2026", "R$ 1.594,89", "Não receber após", "29/11/2026", "VALORES DE 22/11/2026", "peça outro",
				"MARIA JOSÉ DA CONCEIÇÃO SANTOS", "***.982.247-**", "1234567.9", "Economias", "Perfil do imóvel", "Contas de moradores anteriores", "-0,26", "Aviso de corte", "vence em 01/12/2026", "faltam 9 parcelas", "Parcelamento de 12/03/2025", "-23,75",
				"Débito original", "R$ 1.499,67", "R$ 79,26", "Acréscimos do atraso", "R$ 39,71", "-R$ 23,75", "7K2Q93HMXD4P", "CIA SANEAMENTO DE SERGIPE", "Extrato nº",
			},
			[]string{"529.982", "Página"},
		},
		{"one", one, store.PixCode{}, 1, []string{"R$ 191,17", "Contas"}, []string{"Outros", "Soma", "Pix"}},
		{"long", long, pix, 2, []string{"Página 2 de 2", "Contas (continuação)", "10/2026", "Soma", "nº 54321"}, nil},
		{"discount", discount, pix, 1, []string{"-R$ 38,75", "R$ 1.579,89"}, nil},
		{"ahead", ahead, pix, 1, []string{"antecipa 2 de 9 parcelas", "187,14"}, []string{"faltam 9 parcelas"}},
		{"codeless", codeless, store.PixCode{}, 1, []string{"não há banco para receber", "Dúvidas? Ligue"}, []string{"Como pagar", "Pague até"}},
	} {
		t.Run(s.name, func(t *testing.T) {
			pdf, err := Maker{operator}.Statement(s.statement, s.charge, seal)
			if err != nil {
				t.Fatal(err)
			}
			if again, _ := (Maker{operator}).Statement(s.statement, s.charge, seal); !bytes.Equal(pdf, again) {
				t.Error("the same statement made other bytes")
			}
			if limit := 30_000 + 12_000*(s.pages-1); len(pdf) > limit {
				t.Errorf("%d bytes, more than %d", len(pdf), limit)
			}
			dir := write(t, pdf)
			if out := run(t, dir, "qpdf", "--check", "bill.pdf"); !strings.Contains(out, "No syntax or stream encoding errors") {
				t.Error(out)
			}
			info := run(t, dir, "pdfinfo", "bill.pdf")
			for _, want := range []string{"DESO: extrato de débitos de 22/11/2026", "Tagged: +yes", fmt.Sprintf("Pages: +%d\n", s.pages)} {
				if !regexp.MustCompile(want).MatchString(info) {
					t.Errorf("pdfinfo lacks %q:\n%s", want, info)
				}
			}
			text := strings.ReplaceAll(run(t, dir, "pdftotext", "-raw", "bill.pdf", "-"), "\u00a0", " ")
			for _, want := range s.says {
				if !strings.Contains(text, want) {
					t.Errorf("the page lacks %q", want)
				}
			}
			for _, not := range s.silent {
				if strings.Contains(text, not) {
					t.Errorf("the page says %q", not)
				}
			}
			if t.Failed() {
				t.Log(text)
			}
			checkPlaces(t, dir)
			if s.statement.Barcode != "" {
				checkCodes(t, dir, s.statement.Barcode, s.charge.Code, 150)
			}
		})
	}
}

// TestStatementStructure reads the page as a screen reader does.
func TestStatementStructure(t *testing.T) {
	pdf, err := Maker{operator}.Statement(owed(t), pix, seal)
	if err != nil {
		t.Fatal(err)
	}
	tree := run(t, write(t, pdf), "pdfinfo", "-struct-text", "bill.pdf")
	at := 0
	for _, want := range []string{
		"Document", "H1", "Extrato de débitos", "Total a pagar", "H2", "Resumo", "Débito original", "H2", "Contas", "Table", "TH", "Multa", "TD", "08/2026", "Soma",
		"Outros débitos e créditos", "Crédito", "Como pagar", febraban.Code(owed(t).Barcode).Line(), "Figure",
	} {
		next := strings.Index(tree[at:], want)
		if next < 0 {
			t.Fatalf("%q does not follow in the structure:\n%s", want, tree)
		}
		at += next
	}
}

func TestStatementRefusesCodes(t *testing.T) {
	for name, change := range map[string]func(*store.Statement){
		"no code":        func(s *store.Statement) { s.Barcode = "12345" },
		"another amount": func(s *store.Statement) { s.Total++ },
	} {
		s := owed(t)
		change(&s)
		if _, err := (Maker{operator}).Statement(s, pix, seal); err == nil {
			t.Errorf("%s: drawn", name)
		}
	}
}

// TestAnyStatement draws statements that no utility would make.
func TestAnyStatement(t *testing.T) {
	run(t, "", "qpdf", "--version")
	run(t, "", "pdftotext", "-v")
	text := rapid.OneOf(rapid.StringMatching(`[A-ZÇÃÉ ]{0,60}`), rapid.String())
	cents := rapid.Map(rapid.IntRange(-99_999, 9_999_999_999), func(n int) store.Money { return store.Money(n) })
	date := rapid.Map(rapid.IntRange(0, 800), func(n int) store.Date {
		if n == 0 {
			return store.Date{}
		}
		return day(1, 1).Add(n)
	})
	debt := rapid.Custom(func(t *rapid.T) store.Debt {
		return store.Debt{
			Kind:  store.DebtKind(rapid.IntRange(int(store.OwnBill), int(store.Credit)).Draw(t, "kind")),
			Month: rapid.SampledFrom([]store.Month{202601, 202612}).Draw(t, "month"), Due: date.Draw(t, "due"), Text: text.Draw(t, "text"),
			Value: cents.Draw(t, "value"), Late: store.LateCharges{Fine: cents.Draw(t, "fine"), Correction: cents.Draw(t, "correction")}, Instalments: rapid.IntRange(0, 999).Draw(t, "instalments"),
		}
	})
	rapid.Check(t, func(r *rapid.T) {
		s := store.Statement{
			Number: rapid.Int64Range(0, 999_999_999).Draw(r, "number"), Profile: text.Draw(r, "profile"), Holder: store.Customer{Name: text.Draw(r, "name"), Document: "12ABC34501DE35"},
			Property: store.Property{ID: 12345679, Units: text.Draw(r, "units"), Address: store.Address{Street: text.Draw(r, "street")}},
			Issued:   date.Draw(r, "issued"), Validity: date.Draw(r, "validity"), Items: rapid.SliceOfN(debt, 0, 120).Draw(r, "items"), Total: cents.Draw(r, "total"),
			NoCode: text.Draw(r, "no code"),
		}
		pdf, err := Maker{operator}.Statement(s, rapid.SampledFrom([]store.PixCode{{}, pix}).Draw(r, "charge"), seal)
		if err != nil {
			r.Fatal(err)
		}
		dir := write(t, pdf)
		run(r, dir, "qpdf", "--check", "bill.pdf")
		checkPlaces(r, dir)
	})
}
