package debitos

import (
	"fmt"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// News is what somebody is told of a charge of theirs without having asked; nil if
// there is nothing to say. It asks nothing, for it may come in the middle of
// another conversation. That a PIX code was closed without money is no news: the
// code said until when it was good, and who asked for another got that one. Of a
// payment by card it is, for what was reserved is free again.
func News(c store.Charge) []bot.Reply {
	text := ""
	switch c.State {
	case store.ChargePaid:
		text = bot.Marked("*Pagamento confirmado*: %s, *%s*, em %s.\nNúmero da cobrança: `%s`.", paidFor(c), c.Received, store.DateOf(c.PaidAt), c.ID)
		if c.Marks == (store.ChargeMarks{}) {
			text += "\nNão precisa enviar comprovante nem pagar de novo."
		}
	case store.ChargeRefunded:
		if c.Received > 0 {
			text = bot.Marked("*Parte* do pagamento referente a %s foi *devolvida* a quem pagou: de *%s*, ficaram *%s*. Isso não quita a cobrança, e o que ela pagava volta a ficar em aberto. Antes de pagar de novo, espere a resposta da equipe.", paidFor(c), c.Total, c.Received)
			break
		}
		text = bot.Marked("O pagamento referente a %s foi *devolvido* a quem pagou, e o que ele pagava volta a ficar em aberto. Para pagar, digite *débitos*.", paidFor(c))
	case store.ChargeRefused, store.ChargeExpired, store.ChargeCancelled:
		if c.Provider != store.ByPix && c.Marks == (store.ChargeMarks{}) {
			text = closed(c)
		}
	}
	for _, amiss := range troubles(c) {
		text = strings.TrimPrefix(text+"\n"+amiss, "\n")
	}
	if text == "" {
		return nil
	}
	if c.Marks != (store.ChargeMarks{}) {
		text += "\n" + followUp(c)
	}
	return []bot.Reply{{Text: text}}
}

// closed says how a payment by card ended without money. A company may yet
// confirm one whose time is over, so of that we only know what has not come.
func closed(c store.Charge) string {
	how := "não foi confirmado pela empresa no prazo"
	switch c.State {
	case store.ChargeRefused:
		how = "foi *recusado* pela empresa, e nada foi cobrado"
	case store.ChargeCancelled:
		how = "foi *cancelado*, e nada foi cobrado"
	}
	text := bot.Marked("O pagamento por cartão referente a %s, *%s*, ", paidFor(c), c.Total) + how +
		".\nO que estava reservado ficou livre. Para pagar por Pix, código de barras ou de novo no cartão, digite *débitos*."
	if c.State == store.ChargeExpired {
		text += " Se você já pagou, espere: aviso aqui quando a empresa confirmar."
	}
	return text
}

// troubles says what is amiss with the payments, a sentence each.
func troubles(c store.Charge) []string {
	var amiss []string
	if c.Marks.Double {
		amiss = append(amiss, bot.Marked("Atenção: há mais de um pagamento para %s.", paidFor(c)))
	}
	if c.Marks.Late {
		amiss = append(amiss, "O pagamento chegou depois do prazo.")
	}
	if c.Marks.Over {
		amiss = append(amiss, bot.Marked("O valor recebido passa do valor da cobrança, que era %s.", c.Total))
	}
	if c.Marks.Short && c.State != store.ChargeRefunded {
		amiss = append(amiss, bot.Marked("Chegou um pagamento menor que o valor da cobrança, que era %s: ele não quita o que você queria pagar, e nada mudou em %s.", c.Total, paidFor(c)))
	}
	return amiss
}

// followUp says who sees to it, honestly: without a request nobody has been told.
func followUp(c store.Charge) string {
	if c.Protocol == "" {
		return "Guarde o comprovante e digite *atendente* para resolver."
	}
	return bot.Marked("Abri um pedido para a equipe resolver, protocolo `%s`. Para acompanhar, digite *acompanhar*.", c.Protocol)
}

// paidFor names what a charge pays, as data: a bill by its month, several debts by
// their number.
func paidFor(c store.Charge) string {
	var debts []store.Debt
	for _, d := range c.Debts {
		if d.Kind != store.Credit {
			debts = append(debts, d)
		}
	}
	if len(debts) != 1 {
		return fmt.Sprintf("%d débitos da matrícula %s", len(debts), store.FormatMatricula(c.Property))
	}
	if d := debts[0]; d.Month.Valid() {
		return fmt.Sprintf("conta de %s da matrícula %s", d.Month, store.FormatMatricula(c.Property))
	}
	return fmt.Sprintf("%s da matrícula %s", name(debts[0]), store.FormatMatricula(c.Property))
}
