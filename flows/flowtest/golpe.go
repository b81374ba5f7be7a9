package flowtest

import (
	"context"

	"lojavirtual/bot"
	"lojavirtual/flows/golpe"
	"lojavirtual/store"
	"lojavirtual/store/genuine"
)

// read are the codes that are in what somebody sent.
type read struct {
	codes []string
	err   error
}

func (*read) Takes(string) bool { return true }

func (r *read) Codes(context.Context, string, bot.Media) ([]string, error) { return r.codes, r.err }

func (s *stage) golpe() *bot.Flow {
	files := new(read)
	s.fresh = append(s.fresh, func() { *files = read{} })
	// Any of Maria's, so that she need not say who she is.
	maria := s.Person("MARIA DAS DORES SANTOS")
	bills := func() []store.Bill {
		found, err := s.Bills(s.t.Context(), maria.Property)
		if err != nil {
			s.t.Fatal(err)
		}
		return found.List
	}
	s.happens = map[string]func(){
		"the file has her bill's codes": func() {
			copied, ok, err := s.BillCopy(s.t.Context(), maria.Property, bills()[0].ID)
			if err != nil || !ok {
				s.t.Fatal(err)
			}
			files.codes = []string{copied.Line, copied.Barcode}
		},
		"the file has a forged code beside": func() {
			files.codes = append(files.codes, "83600000000839700481002004712368100100993938")
		},
		"the file has the address of its document, too": func() {
			files.codes = append([]string{"https://loja.exemplo/d/7K2Q93HMXD4P"}, files.codes...)
		},
		"a document is issued": func() {
			s.Exec(`INSERT INTO loja.document (code, key, kind, property, bill, month, cents, issued_at)
				VALUES ('7K2Q93HMXD4P', 'golpe', 'segunda-via', $1::bigint, 1, 202603, 14000, '2026-05-20 09:00-03')`, maria.Property)
		},
		"the document is a declaration": func() {
			s.Exec(`UPDATE loja.document SET kind = 'quitacao', month = 202500 WHERE code = '7K2Q93HMXD4P'`)
		},
		"somebody signs the document with another key": func() {
			s.Exec(`UPDATE loja.document SET signer = 'deadbeef', signature = '\x00' WHERE code = '7K2Q93HMXD4P'`)
		},
		"the file has no code": func() { files.codes = nil },
		"the file is too large": func() {
			files.err = bot.Mistake("Esse arquivo é grande demais. Mande até 10 MB, ou cole a linha digitável.")
		},
		"her oldest bill is paid": func() { s.Pay(bills()[0].ID) },
		"a part of her oldest bill is paid": func() {
			bill := bills()[0].ID
			s.Pay(bill)
			s.Exec(`UPDATE arrecadacao.pagamento SET pgmt_vlpagamento = 10 WHERE cnta_id = $1::int`, bill)
		},
		"her oldest bill is put into review": func() {
			s.Exec(`UPDATE faturamento.conta SET cnta_dtrevisao = $2::date, cmrv_id = 91 WHERE cnta_id = $1::int`, bills()[0].ID, Today)
		},
		"her oldest bill is corrected": func() {
			s.Exec(`UPDATE faturamento.conta SET cnta_vlagua = cnta_vlagua - 10 WHERE cnta_id = $1::int`, bills()[0].ID)
		},
		"her oldest bill is cancelled":    func() { s.Exec(`UPDATE faturamento.conta SET dcst_idatual = 3 WHERE cnta_id = $1::int`, bills()[0].ID) },
		"her oldest bill is paid by card": func() { s.PayByCard(maria.Property, true) },
		"somebody pays hers by card":      func() { s.PayByCard(maria.Property, false) },
	}
	copies := bot.NewFlow(bot.About{Name: "segundavia", Title: "Segunda Via de Conta", Words: []string{"segunda via"}}, []bot.Step[struct{}]{{
		State: "starting", Label: "começando",
		Do: func(_ context.Context, t *bot.Turn[struct{}]) (bot.Event, error) {
			t.Say("(aqui começa a segunda via)")
			return "over", nil
		},
		On: bot.On{"over": bot.End},
	}})
	flow := golpe.New(golpe.Services{
		Judge: genuine.Judge{
			Register: s, Pix: static, Site: func() string { return "https://loja.exemplo" },
			Partners: genuine.Partners(store.Operator{
				Banks: []store.Bank{{Name: "Banese", Link: "https://www.banese.com.br/contas"}},
				Cards: []store.CardCompany{{Name: "Fácil", Kind: store.MercadoPago}},
			}),
		},
		Doubts: s.redis().Doubts(),
		Files:  files, Name: "DESO", Payee: payee, Phone: "0800 079 0195", Copies: copies.Name,
	})
	s.engine.Flows, s.engine.Beside = []*bot.Flow{copies}, []*bot.Flow{flow}
	return flow
}
