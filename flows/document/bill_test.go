package document

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lojavirtual/store"
	"lojavirtual/store/febraban"
)

func draw(t rapid.TB, b store.BillCopy, charge store.PixCode) []byte {
	t.Helper()
	pdf, err := Maker{operator}.Bill(b, charge, seal)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

// run gives the file in dir to a tool and returns what it prints. The test is
// skipped where the tool is missing.
func run(t rapid.TB, dir, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, errs.String())
	}
	return string(out)
}

func write(t testing.TB, pdf []byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bill.pdf"), pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestBill(t *testing.T) {
	for _, s := range samples(t) {
		t.Run(s.name, func(t *testing.T) {
			pdf := draw(t, s.bill, s.charge)
			if !bytes.Equal(pdf, draw(t, s.bill, s.charge)) {
				t.Error("the same bill made other bytes")
			}
			if limit := 30_000 + 6_000*(s.pages-1); len(pdf) > limit {
				t.Errorf("%d bytes, more than %d", len(pdf), limit)
			}
			if bytes.Contains(pdf, []byte(s.bill.Holder.Name)) && s.bill.Holder.Name != "" {
				t.Error("the name stands in the file outside of the page")
			}
			dir := write(t, pdf)

			t.Run("file", func(t *testing.T) {
				if out := run(t, dir, "qpdf", "--check", "bill.pdf"); !strings.Contains(out, "No syntax or stream encoding errors") {
					t.Error(out)
				}
			})
			t.Run("properties", func(t *testing.T) {
				info := run(t, dir, "pdfinfo", "bill.pdf")
				for _, want := range []string{"DESO: 2ª via da conta de 10/2026", "Tagged: +yes", fmt.Sprintf("Pages: +%d\n", s.pages), `595.276 x 841.89 pts \(A4\)`} {
					if !regexp.MustCompile(want).MatchString(info) {
						t.Errorf("pdfinfo lacks %q:\n%s", want, info)
					}
				}
				if strings.Contains(info, "Author") || strings.Contains(info, "MARIA") {
					t.Error("personal data in the properties")
				}
				catalog := run(t, dir, "qpdf", "--json", "bill.pdf")
				for _, want := range []string{`"/Lang": "u:pt-BR"`, `"/DisplayDocTitle": true`, `"/Marked": true`} {
					if !strings.Contains(catalog, want) {
						t.Errorf("the catalogue lacks %s", want)
					}
				}
			})
			t.Run("fonts", func(t *testing.T) {
				list := strings.Split(strings.TrimSpace(run(t, dir, "pdffonts", "bill.pdf")), "\n")[2:]
				for _, font := range list {
					if !regexp.MustCompile(`TrueType +WinAnsi +yes yes yes`).MatchString(font) {
						t.Errorf("font not embedded, subset or without Unicode: %s", font)
					}
				}
				if len(list) != 2 {
					t.Errorf("%d fonts", len(list))
				}
			})
			t.Run("text", func(t *testing.T) {
				text := run(t, dir, "pdftotext", "-raw", "bill.pdf", "-")
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
			})
			t.Run("codes", func(t *testing.T) {
				if !s.bill.Payable() || s.bill.DirectDebit {
					t.Skip("nothing to pay") // and TestBill has seen that the page says so
				}
				dpi := []int{150}
				if s.name == "overdue" { // reading takes seconds
					dpi = append(dpi, 300)
				}
				checkCodes(t, dir, s.bill.Barcode, s.charge.Code, dpi...)
			})
		})
	}
}

// checkCodes reads the codes as a camera would, at resolutions in dots per inch,
// and as people do.
func checkCodes(t *testing.T, dir, barcode, pix string, dpi ...int) {
	want := []string{"I2/5:" + barcode}
	if pix != "" {
		want = append(want, "QR-Code:"+pix)
	}
	want = append(want, "QR-Code:"+seal.Link)
	text := run(t, dir, "pdftotext", "-raw", "bill.pdf", "-")
	if line := febraban.Code(barcode).Line(); !strings.Contains(text, line+"\n") {
		t.Errorf("the linha digitável %s is not there as one string", line)
	}
	for _, n := range dpi {
		name := strconv.Itoa(n)
		run(t, dir, "pdftoppm", "-r", name, "-l", "1", "-gray", "-png", "-singlefile", "bill.pdf", name)
		out := run(t, dir, "zbarimg", "-q", "-Sdisable", "-Si25.enable", "-Sqrcode.enable", name+".png")
		got := strings.Split(strings.TrimSpace(out), "\n")
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("at %d dpi read %q instead of %q", n, got, want)
		}
	}
}

// words is what pdftotext -bbox prints, in points from the upper left corner.
type words struct {
	Pages []struct {
		Words []struct {
			XMin float64 `xml:"xMin,attr"`
			YMin float64 `xml:"yMin,attr"`
			XMax float64 `xml:"xMax,attr"`
			YMax float64 `xml:"yMax,attr"`
			Text string  `xml:",chardata"`
		} `xml:"word"`
	} `xml:"body>doc>page"`
}

// checkPlaces finds words outside of the margins or on top of each other.
func checkPlaces(t rapid.TB, dir string) {
	var w words
	if err := xml.Unmarshal([]byte(run(t, dir, "pdftotext", "-bbox", "bill.pdf", "-")), &w); err != nil {
		t.Fatal(err)
	}
	for _, page := range w.Pages {
		for i, a := range page.Words {
			if a.XMin < left/point-1 || a.XMax > right/point+1 || a.YMin < 20 || a.YMax > pageHeight/point-20 {
				t.Errorf("%q is outside of the margins: %.0f to %.0f, %.0f to %.0f", a.Text, a.XMin, a.XMax, a.YMin, a.YMax)
			}
			for _, b := range page.Words[:i] {
				high := min(a.YMax-a.YMin, b.YMax-b.YMin)
				if min(a.XMax, b.XMax)-max(a.XMin, b.XMin) > 0.5 && min(a.YMax, b.YMax)-max(a.YMin, b.YMin) > 0.35*high {
					t.Errorf("%q and %q are on top of each other", a.Text, b.Text)
				}
			}
		}
	}
}

// TestStructure reads the page as a screen reader does.
func TestStructure(t *testing.T) {
	b := household(t)
	tree := run(t, write(t, draw(t, b, pix)), "pdfinfo", "-struct-text", "bill.pdf")
	at := 0
	for _, want := range []string{
		"Document", "H1", "2ª via de conta", "Total a pagar", "H2", "Detalhamento", "Table", "TR", "TH", "Descrição", "TD", "Água residencial",
		"Leitura e consumo", "Figure", "Como pagar", febraban.Code(b.Barcode).Line(), "Figure",
	} {
		next := strings.Index(tree[at:], want)
		if next < 0 {
			t.Fatalf("%q does not follow in the structure:\n%s", want, tree)
		}
		at += next
	}
	alts := run(t, write(t, draw(t, b, pix)), "qpdf", "--json", "bill.pdf")
	for _, want := range []string{"QR Code Pix de R$", "Linha digitável: " + febraban.Code(b.Barcode).Line(), "abr/26: 18 m³", `"/ActualText": "u:` + pix.Code} {
		if !strings.Contains(alts, want) {
			t.Errorf("no alternative text %q", want)
		}
	}
}

func TestRefusedCodes(t *testing.T) {
	for name, change := range map[string]func(*store.BillCopy){
		"no code":        func(b *store.BillCopy) { b.Barcode = "12345" },
		"wrong digit":    func(b *store.BillCopy) { b.Barcode = b.Barcode[:43] + "9" },
		"another amount": func(b *store.BillCopy) { b.Total++ },
	} {
		b := household(t)
		change(&b)
		if _, err := (Maker{operator}).Bill(b, pix, seal); err == nil {
			t.Errorf("%s: drawn", name)
		}
	}
}

func TestEncode(t *testing.T) {
	for text, want := range map[string]string{
		"Conceição": "Concei\xe7\xe3o", "Concei\u0063\u0327a\u0303o": "Conceic\xe3o", "m³ — ª": "m\xb3 \x97 \xaa",
		"R$\u00a01": "R$\xa01", "Łódź": "?\xf3dz", "ő": "o", "ﬁ": "fi", "水": "?", "a\u200bb\x00c": "abc", "\xff": "?",
	} {
		if got := encode(text); got != strings.Replace(want, "Conceic", "Concei\xe7", 1) {
			t.Errorf("%q became %q instead of %q", text, got, want)
		}
	}
}

// TestAnyBill draws bills that no utility would make.
func TestAnyBill(t *testing.T) {
	run(t, "", "qpdf", "--version")
	run(t, "", "pdftotext", "-v")
	text := rapid.OneOf(
		rapid.StringMatching(`[A-ZÇÃÉ ]{0,60}`), rapid.String(),
		rapid.StringOfN(rapid.RuneFrom([]rune("Wm³ªÇ—水😀\u0301\u202e")), 0, 300, -1),
	)
	cents := rapid.Map(rapid.IntRange(-99_999, 99_999_999_999), func(n int) store.Money { return store.Money(n) })
	date := rapid.Map(rapid.IntRange(0, 800), func(n int) store.Date {
		if n == 0 {
			return store.Date{}
		}
		return day(1, 1).Add(n)
	})
	month := rapid.SampledFrom([]store.Month{0, 202613, 202601, 202612})
	reading := rapid.Custom(func(t *rapid.T) store.Reading {
		return store.Reading{Known: rapid.Bool().Draw(t, "known"), Value: rapid.IntRange(0, 9_999_999).Draw(t, "value"), On: date.Draw(t, "on")}
	})
	one := rapid.Custom(func(r *rapid.T) store.BillCopy {
		say := func(name string) string { return text.Draw(r, name) }
		b := store.BillCopy{
			Bill: store.Bill{
				Month: 202610, Due: date.Draw(r, "due"), Total: max(cents.Draw(r, "total"), 0), PaidOn: date.Draw(r, "paid"), Review: say("review"),
				Status: rapid.SampledFrom([]store.BillStatus{store.Open, store.UnderReview, store.PartlyPaid, store.Paid}).Draw(r, "status"), DirectDebit: rapid.Bool().Draw(r, "debit"),
				ReviewReason: rapid.SampledFrom([]int{0, 91, store.DownPaymentReview}).Draw(r, "reason"),
			},
			Property: store.Property{
				ID: rapid.Int64Range(0, 999_999_999).Draw(r, "property"), Inscribe: say("inscrição"), Water: say("água"), Units: say("economias"), Route: say("rota"), Meter: say("hidrômetro"),
				Address: store.Address{Street: say("street"), Neighborhood: say("bairro"), Town: say("town"), CEP: say("CEP")},
			},
			Holder: store.Customer{Name: say("name"), Document: rapid.SampledFrom([]string{"", "52998224725", "12ABC34501DE35", "1"}).Draw(r, "document")},
			Issued: date.Draw(r, "issued"), Copied: date.Draw(r, "copied"), Validity: date.Draw(r, "validity"), Situation: say("situation"), Anomaly: say("anomaly"), MeterKind: say("kind"), NoCode: say("no code"),
			Previous: reading.Draw(r, "previous"), Current: reading.Draw(r, "current"), Volume: rapid.IntRange(0, 99_999).Draw(r, "volume"), Days: rapid.IntRange(0, 99).Draw(r, "days"),
			QualityOf: month.Draw(r, "quality of"),
		}
		for range rapid.IntRange(0, 60).Draw(r, "lines") {
			b.Lines = append(b.Lines, store.BillLine{Text: say("text"), Volume: say("volume"), Value: cents.Draw(r, "value")})
		}
		for range rapid.IntRange(0, 7).Draw(r, "others") {
			b.History = append(b.History, store.MonthUse{Month: month.Draw(r, "month"), Volume: rapid.IntRange(0, 99_999).Draw(r, "volume"), Mark: say("mark")})
			b.Taxes = append(b.Taxes, store.BillTax{Text: say("tax"), Percent: rapid.IntRange(0, 10_000).Draw(r, "percent"), Base: cents.Draw(r, "base"), Value: cents.Draw(r, "value")})
			b.Quality = append(b.Quality, store.QualityRow{Parameter: say("parameter"), Standard: say("standard"), Mean: say("mean"), Samples: rapid.IntRange(0, 9999).Draw(r, "samples")})
			b.Messages = append(b.Messages, say("message"))
		}
		if b.Total > 0 {
			b = withCode(r, b)
		}
		return b
	})
	rapid.Check(t, func(r *rapid.T) {
		b := one.Draw(r, "bill")
		charge := rapid.SampledFrom([]store.PixCode{{}, pix, {Code: strings.Repeat("aB3/", 128)}}).Draw(r, "charge")
		dir := write(t, draw(r, b, charge))
		run(r, dir, "qpdf", "--check", "bill.pdf")
		checkPlaces(r, dir)
	})
}

func BenchmarkBill(b *testing.B) {
	bill := household(b)
	draw(b, bill, pix)
	b.ReportAllocs()
	for b.Loop() {
		draw(b, bill, pix)
	}
}

// BenchmarkBillWithoutPix is without the search for the best mask of a QR code.
func BenchmarkBillWithoutPix(b *testing.B) {
	bill := household(b)
	draw(b, bill, store.PixCode{})
	b.ReportAllocs()
	for b.Loop() {
		draw(b, bill, store.PixCode{})
	}
}
