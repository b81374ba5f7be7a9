package segundavia

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// What an attendant may send, as a handout's name begins; behind it stands the
// number of the bill.
const (
	handPDF  = "pdf"
	handPix  = "pix"
	handLine = "linha"
)

// handNames say it in words, before the bill's month.
var handNames = map[string]string{handPDF: "PDF da conta de", handPix: "Pix da conta de", handLine: "Código de barras da conta de"}

// Handouts returns what an attendant may send of a property's open bills, oldest
// bill first.
func Handouts(ctx context.Context, bills Bills, pix bool, property int64) ([]bot.Handout, error) {
	owed, err := bills.Bills(ctx, property)
	if err != nil {
		return nil, fmt.Errorf("search open bills: %w", err)
	}
	ways := []string{handPDF, handPix, handLine}
	if !pix {
		ways = []string{handPDF, handLine}
	}
	var all []bot.Handout
	for _, b := range owed.List {
		if !b.Payable() {
			continue
		}
		for _, way := range ways {
			all = append(all, bot.Handout{
				Name:  fmt.Sprintf("%s %d", way, b.ID),
				Title: fmt.Sprintf("%s %s · %s", handNames[way], b.Month, b.Total),
			})
		}
	}
	return all, nil
}

// Hand returns the conversation of one step in which an attendant sends a person
// something of their own: what Handouts names, in the words of this package.
func Hand(bills Bills, pix Pix, print Print, payee string) *bot.Flow {
	const handing, handed = "handing", "handed"
	c := conversation{bills: bills, pix: pix, print: print, payee: payee}
	return bot.NewFlow(bot.About{Name: "entrega", Title: "Envio pelo atendente", Identify: true}, []bot.Step[data]{{
		State: handing, Label: "enviando o que o atendente escolheu",
		Do: func(ctx context.Context, t *turn) (bot.Event, error) { return handed, c.hand(ctx, t) },
		On: bot.On{handed: bot.End},
	}})
}

// hand sends what was named. Its Mistakes are for the attendant to read.
func (c conversation) hand(ctx context.Context, t *turn) error {
	way, number, _ := strings.Cut(t.Text(), " ")
	id, err := strconv.ParseInt(number, 10, 64)
	if handNames[way] == "" || err != nil || way == handPix && c.pix == nil {
		return bot.Mistake("Isso não pode ser enviado por aqui.")
	}
	b, ok, err := c.bills.BillCopy(ctx, t.Property(), id)
	switch {
	case err != nil:
		return fmt.Errorf("read bill %d: %w", id, err)
	case !ok:
		return bot.Mistake("A conta não está mais disponível para este imóvel.")
	case b.Status == store.Paid:
		return bot.Mistake(fmt.Sprintf("A conta de %s já está paga.", b.Month))
	case !b.Payable():
		return bot.Mistake(fmt.Sprintf("A conta de %s está %s e não pode ser enviada agora.", b.Month, standing(b.Bill, store.DateOf(t.At()))))
	}
	t.Gave(fmt.Sprintf("%s %s", handNames[way], b.Month))
	copies := []store.BillCopy{b}
	switch way {
	case handPDF:
		return c.sendPDFs(ctx, t, copies)
	case handPix:
		return c.sendPix(ctx, t, copies)
	default:
		sendLines(t, copies)
		return nil
	}
}
