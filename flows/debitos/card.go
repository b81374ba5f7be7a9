package debitos

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
)

// A payment is a charge by card that is underway, as the person is asked about it.
type payment struct {
	What    string `json:"w"` // marked text
	Company string `json:"c"`
	Until   string `json:"u"`
	Over    bool   `json:"o,omitempty"` // the time of the company is, and nobody knows whether it was paid
}

// underway looks, if something is being paid by card, whether it is by this
// conversation.
func (c conversation) underway(ctx context.Context, t *turn, owed store.Debts) (bot.Event, error) {
	if c.Card == nil || !slices.ContainsFunc(owed.List, func(d store.Debt) bool { return d.Status == store.InNegotiation }) {
		return "", nil
	}
	l, ok, err := c.Card.Underway(ctx, t.Chat(), t.Property())
	if err != nil {
		return "", fmt.Errorf("look for a payment by card: %w", err)
	}
	if !ok {
		return "", nil
	}
	t.Data.Card = payment{What: bot.Marked("%s, *%s*", paidFor(l.Charge), l.Charge.Total), Company: c.company(l.Charge.Provider).Name, Until: clock(l.Charge.Expires), Over: over(t, l)}
	return underway, nil
}

// over tells whether the time of a payment is over. It still holds the debts while
// the company does not say whether it was paid.
func over(t *turn, l store.CardLink) bool { return !t.At().Before(l.Charge.Expires) }

func askUnderway(t *turn) {
	p := t.Data.Card
	if p.Over {
		t.Offer(bot.Marked("O prazo do pagamento por cartão na empresa *%s* acabou: ", p.Company)+p.What+
			".\nEstou esperando a empresa dizer se recebeu. Se não recebeu, o que estava reservado fica livre. O que você quer fazer?",
			otherWay, others, finish)
		return
	}
	t.Offer(bot.Marked("Há um pagamento por cartão em andamento na empresa *%s*: ", p.Company)+p.What+
		fmt.Sprintf(".\nAté as %s ele fica reservado e não pode ser pago por outro meio. O que você quer fazer?", p.Until),
		goOn, otherWay, others, finish)
}

// resume goes on with a payment that is underway, or gives it up. What became of
// it meanwhile shows in the list.
func (c conversation) resume(ctx context.Context, t *turn) (bot.Event, error) {
	ways := []string{goOn, otherWay, others, finish}
	if t.Data.Card.Over {
		ways = ways[1:]
	}
	way, err := answer.Option(t.Text(), ways...)
	if slices.Contains(endings, bot.Fold(t.Text())) {
		way, err = finish, nil
	}
	switch {
	case err != nil:
		return "", err
	case way == finish:
		return satisfied, nil
	case way == others:
		t.Data.Others = true
		return freed, nil
	}
	l, ok, err := c.Card.Underway(ctx, t.Chat(), t.Property())
	if err != nil {
		return "", fmt.Errorf("look for the payment by card again: %w", err)
	}
	if !ok {
		t.Say("Esse pagamento já terminou.")
		return freed, nil
	}
	t.Data.Card.Over = over(t, l)
	if way == goOn && t.Data.Card.Over {
		return marked, nil
	}
	if way == goOn {
		c.sendLink(t, l)
		return resumed, nil
	}
	charge, refusal, err := c.Card.Withdraw(ctx, t.Chat(), l.Charge.ID, t.At())
	if err != nil {
		return "", fmt.Errorf("withdraw charge %s: %w", l.Charge.ID, err)
	}
	switch {
	case refusal == store.PaymentPending:
		t.Say("A empresa ainda está analisando um pagamento seu, e por isso não dá para desistir agora. Não pague de outro jeito. Se ela não aprovar, o que estava reservado fica livre. Aviso aqui.")
		return marked, nil
	case refusal == store.CompanyAway && t.Data.Card.Over:
		t.Say("A empresa do cartão não respondeu, e por isso não consegui desistir agora. Tente de novo daqui a alguns minutos.")
		return marked, nil
	case refusal == store.CompanyAway:
		t.Say("A empresa do cartão não respondeu, e por isso não consegui desistir agora. Se ninguém pagar, o que estava reservado fica livre sozinho às %s.", clock(l.Charge.Expires))
		return marked, nil
	case charge.State == store.ChargePaid:
		t.Say("A empresa acabou de confirmar esse pagamento: não há mais como desistir por aqui.")
	default:
		t.Say("Pronto: o pagamento por cartão foi cancelado, e nada foi cobrado.")
	}
	t.Seal()
	return freed, nil
}

// payByCard lets them choose the company, if there are several.
func (c conversation) payByCard(ctx context.Context, t *turn) (bot.Event, error) {
	if len(c.Companies) > 1 {
		return carded, nil
	}
	return c.offer(ctx, t, c.Companies[0])
}

func (c conversation) askCompany(t *turn) {
	lines := []string{"Escolha uma empresa. Cada uma cobra os próprios custos, além do valor dos débitos:"}
	for _, company := range c.Companies {
		lines = append(lines, bot.Marked("• *%s*: %s", company.Name, company.Costs))
	}
	t.Offer(strings.Join(lines, "\n"), append(c.names(), otherWay)...)
}

func (c conversation) names() []string {
	var names []string
	for _, company := range c.Companies {
		names = append(names, company.Name)
	}
	return names
}

// company is that of a charge; one that is no longer taken has no words.
func (c conversation) company(id string) store.CardCompany {
	if i := slices.IndexFunc(c.Companies, func(x store.CardCompany) bool { return x.ID == id }); i >= 0 {
		return c.Companies[i]
	}
	return store.CardCompany{ID: id, Name: id}
}

// pick hears the company. Who wants to pay otherwise is asked how again.
func (c conversation) pick(ctx context.Context, t *turn) (bot.Event, error) {
	if slices.Contains(endings, bot.Fold(t.Text())) {
		return marked, nil
	}
	names := c.names()
	i, err := answer.Choice(t.Text(), append(names, otherWay)...)
	if err != nil {
		return "", err
	}
	if i == len(names) {
		return marked, nil
	}
	return c.offer(ctx, t, c.Companies[i])
}

// offer reads the debts again and sends the link from which they are paid.
func (c conversation) offer(ctx context.Context, t *turn, company store.CardCompany) (bot.Event, error) {
	if event, err := c.confirm(ctx, t, issued); event != issued || err != nil {
		return event, err
	}
	l, refusal, err := c.Card.Offer(ctx, t.MessageKey(), store.ChargeForm{
		Session: t.Chat(), Property: t.Property(), Provider: company.ID, Debts: t.Data.chosen(), At: t.At(),
	})
	if err != nil {
		return "", fmt.Errorf("offer a charge at %s: %w", company.ID, err)
	}
	switch refusal {
	case store.NotRefused:
	case store.NothingToPay: // with a discount
		t.Say("Com os descontos e créditos, não há o que pagar nesta escolha.")
		return marked, nil
	case store.DebtsChanged, store.DebtsHeld: // between our look and the offer
		return c.confirm(ctx, t, changed)
	default:
		return "", fmt.Errorf("charge at %s refused for an unknown reason %d", company.ID, refusal)
	}
	t.Seal()
	t.Data.Served = true
	c.sendLink(t, l)
	return issued, nil
}

// sendLink sends a person to the page of a charge, and says what it means to go
// on from there.
func (c conversation) sendLink(t *turn, l store.CardLink) {
	company, charge := c.company(l.Charge.Provider), l.Charge
	off := ""
	if charge.Discount > 0 {
		off = fmt.Sprintf(", já com desconto de %s por pagar à vista", charge.Discount)
	}
	text := bot.Marked("Pagamento com cartão na empresa *%s*: %s, *%s*%s.", company.Name, paidFor(charge), charge.Total, off)
	if company.Costs != "" {
		text += bot.Marked("\nCustos da empresa: %s. Ela mostra o total antes de você confirmar.", strings.TrimSuffix(company.Costs, "."))
	}
	if charge.State == store.ChargeOpen {
		text += fmt.Sprintf("\nO link vale até as %s.", clock(charge.Expires))
	} else {
		text += fmt.Sprintf("\nO link vale só hoje. Ao abrir a empresa, o que você escolheu fica reservado por %s.", duration(c.Reserved))
	}
	t.Link(text+"\nAviso aqui assim que a empresa confirmar.", "Pagar com cartão", l.Address)
}

// clock is a time of today.
func clock(at time.Time) string { return at.In(store.Zone).Format("15h04") }

// duration is whole minutes or hours in words.
func duration(d time.Duration) string {
	switch n := int(d.Round(time.Minute).Minutes()); {
	case n == 60:
		return "1 hora"
	case n%60 == 0:
		return fmt.Sprintf("%d horas", n/60)
	default:
		return fmt.Sprintf("%d minutos", n)
	}
}
