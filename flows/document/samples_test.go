package document

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lojavirtual/store"
	"lojavirtual/store/febraban"
)

var operator = store.Operator{
	Name: "DESO", LegalName: "Companhia de Saneamento de Sergipe", CNPJ: "13018171000190",
	Address: "Rua Campo do Brito, 331, São José, Aracaju/SE, CEP 49020-380", Site: "www.deso-se.com.br",
	Phones:    []store.Phone{{Label: "Atendimento", Number: "0800 079 0195"}, {Label: "WhatsApp", Number: "(79) 3226-1000"}},
	Ombudsman: store.Contact{Name: "Ouvidoria da DESO", Phone: "(79) 3226-1010", Email: "ouvidoria@deso-se.com.br"},
	Regulator: store.Contact{Name: "AGRESE", Phone: "(79) 3218-2650", Site: "www.agrese.se.gov.br"},
	Pix:       store.Pix{Key: "13018171000190", Name: "CIA SANEAMENTO DE SERGIPE", City: "ARACAJU"},
}

var (
	seal = Seal{
		Code: "7K2Q93HMXD4P", Address: "https://loja.deso-se.com.br/d/7K2Q93HMXD4P",
		Link: "https://loja.deso-se.com.br/d/7K2Q93HMXD4P." + strings.Repeat("0V3HMXD4", 20), // as long as those of package seal
	}
	pix = store.PixCode{Code: "00020101021226810014br.gov.bcb.pix2559pix.example.com/qr/v2/cobv/1e6c54d3ec9449b7a7fc53b6b0f998e75204000053039865802BR5923COMPANHIA DE AGUA TESTE6007ARACAJU62070503***6304FC81"}
)

// A sample is a bill as a customer might get it, and what must be read on it.
type sample struct {
	name   string
	bill   store.BillCopy
	charge store.PixCode
	pages  int
	says   []string
	silent []string // must not be there
}

func samples(t testing.TB) []sample {
	overdue := household(t)

	paid := household(t)
	paid.Status, paid.PaidOn, paid.Barcode, paid.NoCode = store.Paid, day(11, 5), "", "conta paga"
	paid.History = paid.History[3:]

	debit := household(t)
	debit.DirectDebit, debit.Barcode, debit.NoCode, debit.Copied = true, "", "débito automático", day(11, 3)
	debit.Messages, debit.Quality = nil, nil

	entrada := household(t)
	entrada.Status, entrada.Review, entrada.ReviewReason = store.UnderReview, "entrada de parcelamento", store.DownPaymentReview
	entrada.Lines = []store.BillLine{{Text: "Entrada de parcelamento, 1 de 1", Value: 18742}}
	entrada.History, entrada.Quality, entrada.Previous, entrada.Current, entrada.NextReading, entrada.MeterKind, entrada.Volume, entrada.Days = nil, nil, store.Reading{}, store.Reading{}, store.Date{}, "", 0, 0

	review := household(t)
	review.Status, review.Review, review.ReviewReason, review.Barcode, review.NoCode = store.UnderReview, "consumo acima do normal", 91, "", "conta em revisão"

	public := household(t)
	public.Holder = store.Customer{Name: "SECRETARIA DE ESTADO DA EDUCAÇÃO E DA CULTURA", Document: "12ABC34501DE35"}
	public.Total, public.Copied = 1234567, day(11, 3)
	public.Taxes = []store.BillTax{{Text: "IRRF", Percent: 480, Base: 1363590, Value: 65452}, {Text: "CSLL", Percent: 100, Base: 1363590, Value: 13636}, {Text: "COFINS", Percent: 300, Base: 1363590, Value: 40908}, {Text: "PIS/PASEP", Percent: 65, Base: 1363590, Value: 8863}}
	public.Property.Units, public.Messages = "12 PUB + 2 COM", nil
	public = withCode(t, public)

	long := household(t)
	long.Lines = nil
	for i := range 60 {
		long.Lines = append(long.Lines, store.BillLine{Text: fmt.Sprintf("Parcelamento %d, parcela %d de 60", 4000+i, i+1), Value: store.Money(312 + i)})
	}

	minimal := withCode(t, store.BillCopy{
		Bill:     store.Bill{Month: 202610, Due: day(11, 10), Total: 4587},
		Property: store.Property{ID: 12345679},
	})

	return []sample{
		{
			"overdue", overdue, pix, 1,
			[]string{
				"DESO", "CNPJ 13.018.171/0001-90", "0800 079 0195", "2ª via de conta", "R$ 187,42", "10/11/2026", "outubro de 2026", "O VENCIMENTO JÁ PASSOU",
				"MARIA JOSÉ DA CONCEIÇÃO SANTOS", "***.982.247-**", "1234567.9", "001.002.0345.0120.001", "CEP 49075-100", "1207 m³", "0,80 m³", "-10,00", "Escherichia coli", "29/01/2027", "Ouvidoria da DESO", "AGRESE", "7K2Q93HMXD4P", "CIA SANEAMENTO DE SERGIPE", "multa, juros e correção",
			},
			[]string{"529.982", "Página"},
		},
		{"paid", paid, pix, 1, []string{"PAGA em 05/11/2026", "Total da conta", "Não pague de novo"}, []string{"Como pagar", "Pix", "Pagamento em atraso"}},
		{"debit", debit, store.PixCode{}, 1, []string{"DÉBITO AUTOMÁTICO", "Total a pagar", "não é preciso pagar"}, []string{"Como pagar", "Avisos", "Qualidade"}},
		{"entrada", entrada, store.PixCode{}, 1, []string{"EM REVISÃO", "PODE SER PAGA", "código de barras"}, []string{"Leitura e consumo", "Pix", "Pague até"}},
		{"review", review, pix, 1, []string{"EM REVISÃO", "Consumo acima do normal", "conta em revisão", "Dúvidas? Ligue"}, []string{"Como pagar", "Pix"}},
		{"public", public, pix, 1, []string{"12.ABC.345/01DE-35", "R$ 12.345,67", "Tributos retidos", "4,80%", "-10,00", "EM ABERTO"}, []string{"PASSOU"}},
		{"long", long, pix, 2, []string{"Página 2 de 2", "Detalhamento (continuação)", "parcela 60 de 60"}, nil},
		{"minimal", minimal, store.PixCode{}, 1, []string{"R$ 45,87", "EM ABERTO"}, []string{"Titular", "Detalhamento", "Ouvidoria:", "00/0000", " · ·"}},
	}
}

func day(month, day int) store.Date {
	return store.MonthOf(store.Date{Year: 2026, Month: 1}).Add(month - 1).First().Add(day - 1)
}

// household is an ordinary family's bill, not paid in time.
func household(t testing.TB) store.BillCopy {
	return withCode(t, store.BillCopy{
		Bill: store.Bill{ID: 48213377, Month: 202610, Due: day(11, 10), Total: 18742},
		Property: store.Property{
			ID: 12345679, Locality: 1, Inscribe: "001.002.0345.0120.001", Water: "ligada", Sewage: "ligada", Units: "1 RES", Route: "014", Group: 7, Meter: "A19N123456",
			Address: store.Address{Street: "RUA DAS FLORES", Number: "123", Complement: "CASA 2", Neighborhood: "SIQUEIRA CAMPOS", Town: "ARACAJU", State: "SE", CEP: "49075100"},
		},
		Holder: store.Customer{Name: "MARIA JOSÉ DA CONCEIÇÃO SANTOS", Document: "52998224725"},
		Issued: day(10, 18), Copied: day(11, 22), Validity: day(13, 29), Situation: "normal",
		Previous: store.Reading{Known: true, Value: 1183, On: day(9, 14)},
		Current:  store.Reading{Known: true, Value: 1207, On: day(10, 14)}, NextReading: day(11, 13),
		MeterKind: "real", Volume: 24, Days: 30,
		History: []store.MonthUse{{Month: 202609, Volume: 17}, {Month: 202608, Volume: 15}, {Month: 202607, Volume: 31, Mark: "AC"}, {Month: 202606, Volume: 16}, {Month: 202605, Volume: 14}, {Month: 202604, Volume: 18}},
		Lines: []store.BillLine{
			{Text: "Água residencial, até 10 m³", Volume: "10 m³", Value: 4587},
			{Text: "Água residencial, 11 a 20 m³", Volume: "10 m³", Value: 5310},
			{Text: "Água residencial, 21 a 30 m³", Volume: "4 m³", Value: 2936},
			{Text: "Esgoto, 80% da água", Volume: "24 m³", Value: 6266},
			{Text: "Parcelamento de débitos, parcela 3 de 12", Value: 643},
			{Text: "Crédito por conta paga em duplicidade", Value: -1000},
		},
		Quality: []store.QualityRow{
			{Parameter: "Turbidez", Standard: "até 5,0 uT", Mean: "0,8", Samples: 124, Conform: 124},
			{Parameter: "Cor aparente", Standard: "até 15 uH", Mean: "3,1", Samples: 124, Conform: 123},
			{Parameter: "Cloro residual livre", Standard: "0,2 a 5,0 mg/L", Mean: "1,4", Samples: 124, Conform: 124},
			{Parameter: "Flúor", Standard: "0,6 a 1,5 mg/L", Mean: "0,7", Samples: 40, Conform: 39},
			{Parameter: "Coliformes totais", Standard: "ausência em 95%", Mean: "99,2%", Samples: 124, Conform: 123},
			{Parameter: "Escherichia coli", Standard: "ausência em 100 mL", Mean: "ausente", Samples: 124, Conform: 124},
		},
		QualityOf: 202609,
		Messages:  []string{"Há contas vencidas neste imóvel. Negocie pelo WhatsApp ou numa loja de atendimento.", "Evite desperdício: feche a torneira ao escovar os dentes."},
	})
}

// withCode gives b the bar code of its property, month and total.
func withCode(t rapid.TB, b store.BillCopy) store.BillCopy {
	t.Helper()
	payment := febraban.Payment{Kind: febraban.Bill, Locality: b.Property.Locality, Property: b.Property.ID, Month: b.Month}
	code, err := febraban.Issuer{Company: "0123"}.Code(payment, b.Total)
	if err != nil {
		t.Fatal(err)
	}
	b.Barcode, b.Line = string(code), code.Digits()
	return b
}
