package document

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lojavirtual/store"
)

// discharge is the declaration of a year of so many bills a month.
func discharge(change func(c *store.ClearanceCopy)) store.ClearanceCopy {
	c := store.ClearanceCopy{
		Clearance: store.Clearance{Year: 2025},
		Property: store.Property{ID: 1188453, Inscribe: "001.010.015.0254.000", Address: store.Address{
			Street: "AVENIDA DOS COQUEIRAIS", Number: "455", Complement: "BL A AP 302", Neighborhood: "ATALAIA", Town: "ARACAJU", State: "SE", CEP: "49037480",
		}},
		Holder: store.Customer{ID: 7, Name: "JOSÉ CARLOS MENEZES", Document: "70000020265"},
		Issued: store.Date{Year: 2026, Month: time.May, Day: 20},
	}
	for m := 1; m <= 12; m++ {
		due := store.Date{Year: 2025, Month: time.Month(m), Day: 15}
		c.Bills = append(c.Bills, store.YearBill{ID: int64(m), Month: store.MonthOf(due).Add(-1), Due: due, Value: 8154 + store.Money(m)*137, Status: store.SettledBill, On: due.Add(-2)})
		c.Months = append(c.Months, store.MonthOf(due))
	}
	change(&c)
	return c
}

type clearanceSample struct {
	name   string
	copy   store.ClearanceCopy
	pages  int
	says   []string
	silent []string
}

func clearanceSamples() []clearanceSample {
	return []clearanceSample{
		{"full", discharge(func(*store.ClearanceCopy) {}), 1, []string{
			"Quitação anual de débitos", "2025", "JOSÉ CARLOS MENEZES", "118845.3", "***.000.202-**", "AVENIDA DOS COQUEIRAIS, 455 BL A AP 302",
			"QUITADO", "Lei nº 12.007, de 29 de julho de 2009", "de janeiro a dezembro de 2025", "e dos anos anteriores (art. 4º)",
			"12/2024 15/01/2025 Paga 13/01/2025 82,91", "Total 1.085,34", "Meses declarados", seal.Code, seal.Address, "não serve para pagamento",
		}, []string{"RESSALVA", "Ressalvas", "700.000.202-65", "linha digitável", "Pix"}},
		{"connected", discharge(func(c *store.ClearanceCopy) { c.Bills, c.Months = c.Bills[8:], c.Months[8:] }), 1, []string{
			"de setembro a dezembro de 2025", "08/2025 15/09/2025 Paga",
		}, []string{"07/2025"}},
		{"disputed", discharge(func(c *store.ClearanceCopy) {
			c.Result, c.Excepted = store.PartlyCleared, c.Bills[4:5]
			c.Bills = append(append([]store.YearBill{}, c.Bills[:4]...), c.Bills[5:]...)
			c.Months = append(append([]store.Month{}, c.Months[:4]...), c.Months[5:]...)
			c.Bills[0].Status, c.Bills[0].On = store.DealtBill, store.Date{}
			c.Bills[1].Status = store.SuedBill
			c.Holder = store.Customer{Name: "PADARIA TRIGO DE OURO LTDA", Document: "7D3MO5E4000189"}
		}), 1, []string{
			"QUITADO, COM RESSALVA", "Ressalvas", "por estar em discussão: a conta de 04/2025", "Em parcelamento: a conta de 12/2024",
			"Em cobrança judicial: a conta de 01/2025", "em 01/2025, 02/2025, 03/2025, 04/2025, 06/2025", "12/2024 15/01/2025 Parcelada 82,91", "CNPJ",
		}, []string{"de janeiro a dezembro"}},
		{"many", discharge(func(c *store.ClearanceCopy) {
			for range 3 {
				c.Bills = append(c.Bills, c.Bills...)
			}
		}), 3, []string{"Página 2 de 3", "Contas do ano (continuação)", "matrícula 118845.3"}, nil},
	}
}

func TestClearance(t *testing.T) {
	for _, s := range clearanceSamples() {
		t.Run(s.name, func(t *testing.T) {
			pdf, err := Maker{operator}.Clearance(s.copy, seal)
			if err != nil {
				t.Fatal(err)
			}
			again, _ := Maker{operator}.Clearance(s.copy, seal)
			if !bytes.Equal(pdf, again) {
				t.Error("the same declaration made other bytes")
			}
			if limit := 30_000 + 6_000*(s.pages-1); len(pdf) > limit {
				t.Errorf("%d bytes, more than %d", len(pdf), limit)
			}
			dir := write(t, pdf)
			if out := run(t, dir, "qpdf", "--check", "bill.pdf"); !strings.Contains(out, "No syntax or stream encoding errors") {
				t.Error(out)
			}
			info := run(t, dir, "pdfinfo", "bill.pdf")
			for _, want := range []string{"DESO: quitação anual de débitos de 2025", "Tagged: +yes", fmt.Sprintf("Pages: +%d\n", s.pages), `595.276 x 841.89 pts \(A4\)`} {
				if !regexp.MustCompile(want).MatchString(info) {
					t.Errorf("pdfinfo lacks %q:\n%s", want, info)
				}
			}
			text := run(t, dir, "pdftotext", "-raw", "bill.pdf", "-")
			flat := strings.Join(strings.Fields(text), " ")
			for _, want := range s.says {
				if !strings.Contains(flat, want) {
					t.Errorf("the page lacks %q", want)
				}
			}
			for _, not := range s.silent {
				if strings.Contains(flat, not) {
					t.Errorf("the page says %q", not)
				}
			}
			if t.Failed() {
				t.Log(text)
			}
			checkPlaces(t, dir)
		})
	}
}

// TestClearanceBearsNoCodeToPayWith: nobody can be made to pay with it (QUI-7).
func TestClearanceBearsNoCodeToPayWith(t *testing.T) {
	pdf, err := Maker{operator}.Clearance(discharge(func(*store.ClearanceCopy) {}), seal)
	if err != nil {
		t.Fatal(err)
	}
	dir := write(t, pdf)
	run(t, dir, "pdftoppm", "-r", "200", "-gray", "-png", "-singlefile", "bill.pdf", "page")
	if out := run(t, dir, "zbarimg", "-q", "page.png"); out != "QR-Code:"+seal.Link+"\n" {
		t.Errorf("read %q", out)
	}
	if text := run(t, dir, "pdftotext", "-raw", "bill.pdf", "-"); regexp.MustCompile(`\d{11}[ -]|br\.gov\.bcb`).MatchString(text) {
		t.Errorf("a code to pay with:\n%s", text)
	}
}

// TestClearanceStructure reads the page as a screen reader does.
func TestClearanceStructure(t *testing.T) {
	pdf, err := Maker{operator}.Clearance(discharge(func(*store.ClearanceCopy) {}), seal)
	if err != nil {
		t.Fatal(err)
	}
	tree, at := run(t, write(t, pdf), "pdfinfo", "-struct-text", "bill.pdf"), 0
	for _, want := range []string{
		"Document", "H1", "Quitação anual de débitos", "Ano-base", "QUITADO", "Titular", "H2", "Declaração", "H2", "Contas do ano",
		"Table", "TR", "TH", "Referência", "TD", "12/2024", "Paga", "Total",
	} {
		next := strings.Index(tree[at:], want)
		if next < 0 {
			t.Fatalf("%q does not follow in the structure:\n%s", want, tree)
		}
		at += next
	}
}

func TestClearanceRefused(t *testing.T) {
	for _, r := range []store.ClearanceResult{store.DebtsOpen, store.YearNotOver, store.NothingBilled, store.AllDisputed, store.TooFewSettled} {
		if _, err := (Maker{operator}).Clearance(store.ClearanceCopy{Clearance: store.Clearance{Year: 2025, Result: r}}, seal); err == nil {
			t.Errorf("%d: drawn", r)
		}
	}
}

// TestAnyClearance draws declarations that no utility would make.
func TestAnyClearance(t *testing.T) {
	run(t, "", "qpdf", "--version")
	run(t, "", "pdftotext", "-v")
	text := rapid.OneOf(rapid.StringMatching(`[A-ZÇÃÉ ]{0,60}`), rapid.String())
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 80).Draw(r, "bills")
		c := discharge(func(c *store.ClearanceCopy) {
			c.Holder.Name, c.Property.Address.Street, c.Property.Inscribe = text.Draw(r, "name"), text.Draw(r, "street"), text.Draw(r, "inscrição")
			for len(c.Bills) < n {
				c.Bills = append(c.Bills, c.Bills...)
			}
			c.Bills, c.Excepted = c.Bills[:n], c.Bills[:rapid.IntRange(0, n-1).Draw(r, "excepted")]
			for i := range c.Bills {
				c.Bills[i].Value = store.Money(rapid.IntRange(1, 99_999_999_999).Draw(r, "value"))
				c.Bills[i].Status = rapid.SampledFrom([]store.YearStatus{store.SettledBill, store.DealtBill, store.SuedBill, store.CanceledBill}).Draw(r, "status")
			}
		})
		pdf, err := Maker{operator}.Clearance(c, seal)
		if err != nil {
			r.Fatal(err)
		}
		dir := write(t, pdf)
		run(r, dir, "qpdf", "--check", "bill.pdf")
		checkPlaces(r, dir)
	})
}
