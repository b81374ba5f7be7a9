package banktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lojavirtual/store"
)

// A charge is a cob or a cobv, as it is asked for and answered.
type charge struct {
	Calendar struct {
		Made string `json:"criacao"`
		Life *int   `json:"expiracao,omitempty"`
		Due  string `json:"dataDeVencimento,omitempty"`
		Days *int   `json:"validadeAposVencimento,omitempty"`
	} `json:"calendario"`
	TxID     string    `json:"txid"`
	Revision int       `json:"revisao"`
	Loc      *location `json:"loc,omitempty"`
	Location string    `json:"location"`
	Status   string    `json:"status"`
	Payer    *struct {
		CPF  string `json:"cpf,omitempty"`
		CNPJ string `json:"cnpj,omitempty"`
		Name string `json:"nome"`
	} `json:"devedor,omitempty"`
	Value struct {
		Original string `json:"original"`
		Fine     *rate  `json:"multa,omitempty"`
		Interest *rate  `json:"juros,omitempty"`
	} `json:"valor"`
	Key     string     `json:"chave"`
	Message string     `json:"solicitacaoPagador,omitempty"`
	Code    string     `json:"pixCopiaECola,omitempty"`
	Pix     []*Payment `json:"pix,omitempty"`

	kind string
	made time.Time
}

type location struct {
	ID       int    `json:"id"`
	Location string `json:"location"`
	Kind     string `json:"tipoCob"`
	Made     string `json:"criacao"`
}

type rate struct {
	Mode json.Number `json:"modalidade"`
	Rate string      `json:"valorPerc"`
}

const (
	active  = "ATIVA"
	paid    = "CONCLUIDA"
	removed = "REMOVIDA_PELO_USUARIO_RECEBEDOR"
)

var (
	txidForm  = regexp.MustCompile(`^[a-zA-Z0-9]{26,35}$`)
	moneyForm = regexp.MustCompile(`^\d{1,10}\.\d{2}$`)
	cpfForm   = regexp.MustCompile(`^\d{11}$`)
	cnpjForm  = regexp.MustCompile(`^[0-9A-Z]{14}$`)
)

// cents reads an amount or a percentage; ok is false if it has not the form.
func cents(s string) (store.Money, bool) {
	n, err := strconv.ParseInt(strings.Replace(s, ".", "", 1), 10, 64)
	return store.Money(n), err == nil && moneyForm.MatchString(s)
}

// stamp writes a time as the API does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// refuse makes the problem of a charge: what is wrong, and with what in it.
func refuse(kind, property, value, reason string) *problem {
	name := map[string]string{"cob": "CobOperacaoInvalida", "cobv": "CobVOperacaoInvalida"}[kind]
	return &problem{
		Status: 400, Type: name, Title: "Cobrança inválida.", Detail: reason + ": " + value,
		Violations: []violation{{reason, kind + "." + property, value}},
	}
}

func notFound(kind string) *problem {
	name := map[string]string{"cob": "CobNaoEncontrado", "cobv": "CobVNaoEncontrada", "pix": "PixNaoEncontrado", "webhook": "WebhookNaoEncontrado"}[kind]
	return &problem{Status: 404, Type: name, Title: "Não encontrado"}
}

// put makes a charge or changes an active one; or the webhook.
func (b *Bank) put(r *http.Request, kind string) (int, any, *problem) {
	if kind == "webhook" {
		return b.putWebhook(r)
	}
	txid := r.PathValue("txid")
	asked := &charge{kind: kind}
	if kind != "cob" && kind != "cobv" || json.NewDecoder(r.Body).Decode(asked) != nil {
		return 0, nil, &problem{Status: 400, Type: "RequisicaoInvalida", Title: "Requisição inválida"}
	}
	if !txidForm.MatchString(txid) {
		return 0, nil, refuse(kind, "txid", txid, "O txid não respeita o schema")
	}
	if p := b.review(asked); p != nil {
		return 0, nil, p
	}
	asked.TxID, asked.Status, asked.Revision, asked.made = txid, active, 0, b.now
	was := b.charges[txid]
	switch {
	case was == nil:
		place := "pix.example.com/qr/v2/" + digits()
		if kind == "cobv" {
			place = "pix.example.com/qr/v2/cobv/" + digits()
		}
		asked.Loc = &location{len(b.charges) + 1, place, kind, stamp(b.now)}
		asked.Location = place
	case was.kind != kind, was.Status != active, b.existing != 0:
		p := refuse(kind, "txid", txid, "A cobrança já existe")
		if b.existing != 0 {
			p.Status = b.existing
		}
		return 0, nil, p
	default:
		asked.Revision, asked.made, asked.Loc, asked.Location = was.Revision+1, was.made, was.Loc, was.Location
	}
	asked.Calendar.Made = stamp(asked.made)
	b.charges[txid] = asked
	return 201, b.shown(asked), nil
}

// review returns which rule of the API a charge breaks.
func (b *Bank) review(c *charge) *problem {
	amount, ok := cents(c.Value.Original)
	switch {
	case !ok, amount == 0:
		return refuse(c.kind, "valor.original", c.Value.Original, "O valor não respeita o schema ou é zero")
	case c.Key != Key:
		return refuse(c.kind, "chave", c.Key, "A chave não pertence a este usuário recebedor")
	case utf8.RuneCountInString(c.Message) > 140:
		return refuse(c.kind, "solicitacaoPagador", c.Message, "O campo não respeita o schema")
	}
	if p := c.Payer; p != nil && (p.Name == "" || utf8.RuneCountInString(p.Name) > 200 || (p.CPF == "") == (p.CNPJ == "") ||
		p.CPF != "" && !cpfForm.MatchString(p.CPF) || p.CNPJ != "" && !cnpjForm.MatchString(p.CNPJ)) {
		return refuse(c.kind, "devedor", p.CPF+p.CNPJ+" "+p.Name, "O objeto não respeita o schema")
	}
	if c.kind == "cob" {
		if c.Calendar.Life == nil {
			day := 86400
			c.Calendar.Life = &day
		}
		if *c.Calendar.Life <= 0 || c.Calendar.Due != "" {
			return refuse(c.kind, "calendario.expiracao", "", "A expiração é igual ou menor que zero")
		}
		return nil
	}
	if c.Calendar.Days == nil {
		month := 30
		c.Calendar.Days = &month
	}
	due, err := time.Parse(time.DateOnly, c.Calendar.Due)
	switch {
	case c.Payer == nil:
		return refuse(c.kind, "devedor", "", "O objeto é obrigatório")
	case err != nil, dateOf(due).Before(store.DateOf(b.now)):
		return refuse(c.kind, "calendario.dataDeVencimento", c.Calendar.Due, "A data é anterior à data de criação")
	case *c.Calendar.Days < 0:
		return refuse(c.kind, "calendario.validadeAposVencimento", "", "A validade é menor do que zero")
	case !c.Value.Fine.right(2):
		return refuse(c.kind, "valor.multa", "", "O objeto não respeita o schema")
	case !c.Value.Interest.right(8):
		return refuse(c.kind, "valor.juros", "", "O objeto não respeita o schema")
	}
	return nil
}

// right tells whether a rate has one of the modes and the form of one.
func (r *rate) right(modes int64) bool {
	if r == nil {
		return true
	}
	mode, err := r.Mode.Int64()
	_, ok := cents(r.Rate)
	return err == nil && mode >= 1 && mode <= modes && ok
}

// patch removes a charge, which is the only revision that is served.
func (b *Bank) patch(r *http.Request, kind string) (int, any, *problem) {
	c := b.charges[r.PathValue("txid")]
	var change map[string]any
	switch {
	case c == nil || c.kind != kind:
		return 0, nil, notFound(kind)
	case json.NewDecoder(r.Body).Decode(&change) != nil || change["status"] != removed || len(change) != 1:
		return 0, nil, refuse(kind, "status", fmt.Sprint(change), "A remoção não vem com outras alterações")
	case c.Status != active:
		return 0, nil, refuse(kind, "status", c.Status, "A cobrança não está ATIVA")
	}
	c.Status = removed
	c.Revision++
	return 200, b.shown(c), nil
}

// get shows a charge, a payment or the webhook.
func (b *Bank) get(r *http.Request, kind string) (int, any, *problem) {
	id := r.PathValue("txid")
	switch kind {
	case "webhook":
		if b.webhook != "" && id == Key {
			return 200, map[string]string{"webhookUrl": b.webhook, "chave": Key, "criacao": stamp(b.now)}, nil
		}
	case "pix":
		for _, p := range b.payments {
			if p.ID == id {
				return 200, p, nil
			}
		}
	default:
		if c := b.charges[id]; c != nil && c.kind == kind {
			return 200, b.shown(c), nil
		}
	}
	return 0, nil, notFound(kind)
}

// list shows charges or payments of a time, oldest first.
func (b *Bank) list(r *http.Request, kind string) (int, any, *problem) {
	from, to, p := span(r)
	if p != nil {
		return 0, nil, p
	}
	within := func(t time.Time) bool { return !t.Before(from) && !t.After(to) }
	if kind == "pix" {
		var found []*Payment
		for _, p := range b.payments {
			if within(p.at) {
				found = append(found, p)
			}
		}
		paged, parameters, p := page(r, found)
		return 200, map[string]any{"parametros": parameters, "pix": paged}, p
	}
	var found []any
	var charges []*charge
	for _, c := range b.charges {
		if c.kind == kind && within(c.made) {
			charges = append(charges, c)
		}
	}
	slices.SortFunc(charges, func(x, y *charge) int {
		if n := x.made.Compare(y.made); n != 0 {
			return n
		}
		return strings.Compare(x.TxID, y.TxID)
	})
	for _, c := range charges {
		found = append(found, b.shown(c))
	}
	paged, parameters, p := page(r, found)
	return 200, map[string]any{"parametros": parameters, "cobs": paged}, p
}

// shown is a charge as it is answered: its code only while it can be paid.
func (b *Bank) shown(c *charge) any {
	copied := *c
	if c.Status == active && !b.bare {
		copied.Code = code(c.Location)
	}
	return copied
}

// code writes the BR Code of a location.
func code(place string) string {
	account := "0014br.gov.bcb.pix" + fmt.Sprintf("25%02d%s", len(place), place)
	s := "000201010212" + fmt.Sprintf("26%02d%s", len(account), account) +
		"52000053039865802BR5908Banktest6007ARACAJU62070503***6304"
	crc := uint16(0xFFFF) // CCITT-FALSE
	for _, c := range []byte(s) {
		crc ^= uint16(c) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return fmt.Sprintf("%s%04X", s, crc)
}

// putWebhook keeps where payments are told of.
func (b *Bank) putWebhook(r *http.Request) (int, any, *problem) {
	var asked struct {
		URL string `json:"webhookUrl"`
	}
	err := json.NewDecoder(r.Body).Decode(&asked)
	u, parse := url.Parse(asked.URL)
	if err != nil || parse != nil || !safe(u) || r.PathValue("txid") != Key {
		return 0, nil, &problem{
			Status: 400, Type: "WebhookOperacaoInvalida", Title: "Webhook inválido.",
			Violations: []violation{{"O campo não respeita o schema", "webhook.webhookUrl", asked.URL}},
		}
	}
	b.webhook = asked.URL
	return 200, map[string]string{}, nil
}

// dateOf returns the day of a time without looking at its zone.
func dateOf(t time.Time) store.Date {
	y, m, d := t.Date()
	return store.Date{Year: y, Month: m, Day: d}
}
