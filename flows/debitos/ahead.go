package debitos

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
)

// offered is how many counts of instalments have a button. They are 1, 2, 3, so
// that the number of an option and the number that it stands for are the same.
const offered = 3

// What people say of instalments of a deal, folded.
var (
	anticipates = regexp.MustCompile(`\b(antecip|adiant)\w*`)
	instalments = regexp.MustCompile(`\b(parcelas?|prestacao|prestacoes|proximas?)\b`)
	// A sentence of these asks for a deal, or for bills, and not for a part of a deal.
	dealWords = regexp.MustCompile(`\b(parcelar|parcelado|parcele|parcela em|dividir|dividido|vezes|simular|contas?|em (ate )?\w+ (parcelas|prestacoes))\b`)
	paysOff   = regexp.MustCompile(`\b(quitar|quita|quito|parcelamento (todo|inteiro|completo))\b`)
	wholeDeal = regexp.MustCompile(`\b(todas|todo|toda|tudo|inteiro|quitar)\b`)
)

// deal is the one chosen deal of which instalments can be paid ahead, or the
// only one there is; -1 if it is not clear which.
func (d *data) deal() int {
	found, chosen := -1, -1
	for i, x := range d.Debts {
		if x.AheadMost == 0 {
			continue
		}
		found = either(found == -1, i, -2)
		if slices.Contains(d.Chosen, i) {
			chosen = either(chosen == -1, i, -2)
		}
	}
	if chosen == -1 {
		chosen = found
	}
	return max(chosen, -1)
}

func either(condition bool, yes, no int) int {
	if condition {
		return yes
	}
	return no
}

// advances tells whether a sentence is about instalments to be paid ahead, of
// debts that have some.
func (d *data) advances(text string) bool {
	said := bot.Fold(text)
	some := slices.ContainsFunc(d.Debts, func(x debt) bool { return x.AheadMost > 0 })
	_, counted := answer.Count(said)
	return some && !dealWords.MatchString(said) &&
		(anticipates.MatchString(said) || instalments.MatchString(said) && (counted || wholeDeal.MatchString(said)))
}

// settles takes all that is left of a deal, of which some instalments were to be
// paid ahead, for who says after that to pay it off.
func (d *data) settles(said string) bool {
	i := d.deal()
	if i < 0 || d.Debts[i].Ahead == 0 || !paysOff.MatchString(said) {
		return false
	}
	d.Debts[i].Ahead = 0
	return true
}

// advance chooses the instalments that a sentence is about. Without their number
// it is asked for: then known is false.
func (d *data) advance(text string) (known bool, err error) {
	i := d.deal()
	if i < 0 {
		return false, bot.Mistake("Você tem mais de um parcelamento. Deixe marcado só aquele de que quer antecipar parcelas e diga de novo quantas.")
	}
	said := bot.Fold(text)
	count, ok := answer.Count(said)
	x := &d.Debts[i]
	if ok && count != x.Left && (count < 1 || count > x.AheadMost) {
		return false, bot.Mistake(fmt.Sprintf("Dá para antecipar %s, ou *todas* as %d que faltam.", upTo(x.AheadMost), x.Left))
	}
	if !slices.Contains(d.Chosen, i) {
		d.tick(i)
	}
	switch {
	case ok && count < x.Left:
		x.Ahead = count
	case ok, wholeDeal.MatchString(said):
		x.Ahead = 0
	default:
		return false, nil
	}
	return true, nil
}

// parts hears of instalments to be paid ahead, among other things that may be
// said.
func (d *data) parts(text string) (bot.Event, error) {
	known, err := d.advance(text)
	if err != nil {
		return "", err
	}
	if !known {
		return parted, nil
	}
	return marked, nil
}

func upTo(most int) string {
	if most == 1 {
		return "1 parcela"
	}
	return fmt.Sprintf("de 1 a %d parcelas", most)
}

// askHowMany asks for the number of instalments to be paid ahead (gsan-rules
// DEB-11).
func (c conversation) askHowMany(t *turn) {
	x := t.Data.Debts[t.Data.deal()]
	options := make([]string, min(x.AheadMost, offered))
	for i := range options {
		options[i] = fmt.Sprintf("%s · %s", counted(i+1), store.Money(i+1)*x.Each)
	}
	t.Offer(fmt.Sprintf("Faltam %d parcelas deste parcelamento. Paga antes, cada uma sai por *%s*; todas juntas, por *%s*.\nQuantas você quer pagar agora? Pode ser %s, ou *todas*.",
		x.Left, x.Each, x.Value, upTo(x.AheadMost)), options...)
}

func counted(instalments int) string {
	if instalments == 1 {
		return "1 parcela"
	}
	return fmt.Sprintf("%d parcelas", instalments)
}

// count hears how many instalments are to be paid ahead.
func (c conversation) count(_ context.Context, t *turn) (bot.Event, error) {
	d := t.Data
	text := t.Text()
	if before, _, ok := strings.Cut(text, " · "); ok { // an option
		text = before
	}
	known, err := d.advance(text)
	if err != nil {
		return "", err
	}
	if !known && !slices.Contains(endings, bot.Fold(text)) {
		return "", bot.Mistake("Não entendi quantas. Responda com um número, como *2*, ou com *todas*.")
	}
	d.Served = false
	if len(d.Debts) == 1 {
		return agreed, nil
	}
	return marked, nil
}
