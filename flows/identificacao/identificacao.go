// Package identificacao is the conversation that finds out who is talking: the
// matrícula of a property, then the CPF or CNPJ of anyone who is related to it
// today (gsan-rules ID-7).
//
// # Why the answers to a wrong pair are all alike
//
// A matrícula that does not exist, one of another person and one without any
// document registered are told in the same words and after the same questions
// (ID-8): whoever guesses learns nothing, not even which properties exist. The
// words include how a document is registered, so that the rightful customer
// who lacks one knows what to do.
package identificacao

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
)

// Holders is all that this conversation may know of properties and people.
type Holders interface {
	// FindHolder returns the customer with that document who is related to the
	// property today; ok is false whatever else is the matter.
	FindHolder(ctx context.Context, property int64, document string) (h store.Holder, ok bool, err error)
	// Properties returns the properties a customer is related to today.
	Properties(ctx context.Context, customer int64) ([]store.Holder, error)
	// HolderOf returns one of them; ok is false if it is not theirs any more.
	HolderOf(ctx context.Context, customer, property int64) (h store.Holder, ok bool, err error)
}

// Guesses keeps strangers from trying documents until one fits. Every guess is
// counted before it is looked up; one that was right, or could not be looked up,
// is given back.
type Guesses interface {
	// Try looks whether a guess is right, once for the same key. If there were too
	// many it is not looked up, and wait says how long to pause.
	Try(ctx context.Context, key, chat string, property int64, document string, now time.Time, look func() (right bool, err error)) (right bool, wait time.Duration, err error)
	// Wait tells how long this chat must pause because of its own wrong guesses.
	Wait(ctx context.Context, chat string, now time.Time) (time.Duration, error)
}

const (
	recognizing, choosing, asking, documenting bot.State = "recognizing", "choosing", "asking", "documenting"

	stranger, several                bot.Event = "stranger", "several"
	given, known, unmatched, stopped bot.Event = "given", "known", "unmatched", "stopped"
	switched, elsewhere, gone        bot.Event = "switched", "elsewhere", "gone"
)

const elsewhereOption = "Usar outra matrícula"

// data is what we write down between two messages. The document is never.
type data struct {
	Property int64    `json:"p,omitempty"`
	Own      []int64  `json:"o,omitempty"` // the customer's properties as they saw them
	Titles   []string `json:"t,omitempty"`
}

type turn = bot.Turn[data]

// New returns the conversation. How says in a sentence or two how a customer
// registers their CPF or CNPJ.
func New(holders Holders, guesses Guesses, how string) *bot.Flow {
	c := conversation{holders, guesses, how}
	return bot.NewFlow(bot.About{
		Name:  "identificacao",
		Title: "Identificação",
	}, []bot.Step[data]{
		{
			State: recognizing, Label: "vendo quem já conhecemos",
			Do: c.recognize,
			On: bot.On{stranger: asking, several: choosing, stopped: bot.End},
		},

		{
			State: choosing, Label: "escolhendo entre os próprios imóveis",
			Ask: func(t *turn) {
				t.Offer("Qual imóvel você quer atender?", append(slices.Clone(t.Data.Titles), elsewhereOption)...)
			},
			Hear: c.change,
			On:   bot.On{switched: bot.End, given: documenting, elsewhere: asking, gone: recognizing},
		},

		{
			State: asking, Label: "perguntando a matrícula",
			Ask: func(t *turn) {
				t.Say("Qual é a *matrícula* do imóvel? É um número de até 9 dígitos que fica no alto da conta.")
			},
			Hear: c.ask,
			On:   bot.On{given: documenting, known: bot.End, unmatched: asking, stopped: bot.End},
		},

		{
			State: documenting, Label: "perguntando o CPF ou CNPJ",
			Ask: func(t *turn) {
				t.Say("Agora digite o *CPF ou CNPJ* de quem está no cadastro do imóvel. Uso só para conferir e não guardo.")
			},
			Hear: c.match,
			On:   bot.On{known: bot.End, unmatched: asking, stopped: bot.End},
		},
	})
}

type conversation struct {
	holders Holders
	guesses Guesses
	how     string
}

// recognize offers a person we know their other properties, and asks nothing
// of a chat that has to pause.
func (c conversation) recognize(ctx context.Context, t *turn) (bot.Event, error) {
	if wait, err := c.guesses.Wait(ctx, t.Chat(), t.At()); err != nil {
		return "", fmt.Errorf("look for a pause: %w", err)
	} else if wait > 0 {
		t.Say(pausing, after(wait))
		return stopped, nil
	}
	who := t.Identity()
	if who == nil {
		return stranger, nil
	}
	own, err := c.holders.Properties(ctx, who.Customer)
	if err != nil {
		return "", fmt.Errorf("list properties: %w", err)
	}
	*t.Data = data{}
	for _, h := range own {
		if h.Property != who.Property {
			t.Data.Own = append(t.Data.Own, h.Property)
			t.Data.Titles = append(t.Data.Titles, fmt.Sprintf("%s · %s", store.FormatMatricula(h.Property), place(h.Address)))
		}
	}
	if len(t.Data.Own) == 0 {
		return stranger, nil
	}
	return several, nil
}

func (c conversation) change(ctx context.Context, t *turn) (bot.Event, error) {
	i, err := answer.Choice(t.Text(), append(slices.Clone(t.Data.Titles), elsewhereOption)...)
	if err != nil { // perhaps they typed a matrícula, one of theirs or another
		typed, _, none := answer.Matricula(t.Text())
		if none != nil || typed < 1000 { // so short a number is an option that is not there
			return "", err
		}
		if i = slices.Index(t.Data.Own, typed); i < 0 {
			t.Data.Property = typed
			return given, nil
		}
	}
	if i == len(t.Data.Own) {
		return elsewhere, nil
	}
	h, ok, err := c.holders.HolderOf(ctx, t.Identity().Customer, t.Data.Own[i])
	if err != nil {
		return "", fmt.Errorf("read a property of the customer: %w", err)
	}
	if !ok { // the relation ended between two messages
		t.Say("Esse imóvel não está mais no seu cadastro.")
		return gone, nil
	}
	t.Identify(h.Customer, h.Property)
	t.Say("Certo, agora estou atendendo o imóvel `%s`: %s.", store.FormatMatricula(h.Property), place(h.Address))
	return switched, nil
}

const pausing = "Por segurança, preciso fazer uma pausa nas tentativas. Tente de novo %s, ou digite *atendente* para falar com uma pessoa."

func (c conversation) ask(ctx context.Context, t *turn) (bot.Event, error) {
	if property, document, ok := answer.Both(t.Text()); ok {
		t.Data.Property = property
		return c.try(ctx, t, document)
	}
	property, typo, err := answer.Matricula(t.Text())
	if err != nil {
		return "", err
	}
	t.Data.Property = property
	if typo { // gsan-rules ID-4: a hint, never a refusal
		t.Say("Confira a matrícula `%s`: o último dígito parece trocado. Se errou ao digitar, digite *voltar*; se está certa, siga em frente.", store.FormatMatricula(property))
	}
	return given, nil
}

func (c conversation) match(ctx context.Context, t *turn) (bot.Event, error) {
	document, err := answer.Document(t.Text())
	if err != nil {
		if !strings.ContainsAny(t.Text(), "0123456789") { // "não tenho"
			return "", bot.Mistake(err.Error() + "\n" + c.how)
		}
		return "", err
	}
	return c.try(ctx, t, document)
}

// try looks for somebody with the document at the property of Data.
func (c conversation) try(ctx context.Context, t *turn, document string) (bot.Event, error) {
	var h store.Holder
	right, wait, err := c.guesses.Try(ctx, t.MessageKey(), t.Chat(), t.Data.Property, document, t.At(), func() (ok bool, err error) { // each answer is a guess of its own
		h, ok, err = c.holders.FindHolder(ctx, t.Data.Property, document)
		return ok, err
	})
	switch {
	case err != nil:
		return "", fmt.Errorf("find holder: %w", err)
	case wait > 0:
		t.Say(pausing, after(wait))
		return stopped, nil
	case !right:
		t.Say("A matrícula e o CPF ou CNPJ não conferem com o nosso cadastro. Confira os dois números e tente de novo.\n%s", c.how)
		if wait, err = c.guesses.Wait(ctx, t.Chat(), t.At()); err == nil && wait > 0 {
			t.Say(pausing, after(wait))
			return stopped, nil
		}
		return unmatched, err
	}
	t.Identify(h.Customer, h.Property)
	const pronto = "Pronto, *%s*! Imóvel `%s`: %s."
	who, where, at := name(h.Name), store.FormatMatricula(h.Property), place(h.Address)
	switch h.Others {
	case 0:
		t.Say(pronto, who, where, at)
	case 1:
		t.Say(pronto+"\nVocê tem mais um imóvel: para mudar, digite *trocar imóvel*.", who, where, at)
	default:
		t.Say(pronto+"\nVocê tem mais %d imóveis: para mudar, digite *trocar imóvel*.", who, where, at, h.Others)
	}
	return known, nil
}

// after says a wait in words, rounded up.
func after(wait time.Duration) string {
	switch minutes := int((wait + time.Minute - 1) / time.Minute); {
	case minutes <= 1:
		return "daqui a um minuto"
	case minutes < 60:
		return fmt.Sprintf("daqui a %d minutos", minutes)
	case minutes <= 90:
		return "daqui a uma hora"
	default:
		return fmt.Sprintf("daqui a %d horas", (minutes+59)/60)
	}
}

// name is a customer's name as it may be echoed: the first name and initials.
func name(full string) string {
	words := strings.Fields(full)
	for i, w := range words {
		switch r := []rune(strings.ToLower(w)); {
		case i == 0:
			words[i] = title(w)
		case slices.Contains(particles, string(r)):
			words[i] = string(r)
		default:
			words[i] = strings.ToUpper(string(r[0])) + "."
		}
	}
	return strings.Join(words, " ")
}

// place is an address as it may be echoed: enough for its people to know it,
// too little for a stranger to go there.
func place(a store.Address) string {
	var parts []string
	if street := strings.Fields(a.Street); len(street) > 0 {
		for i, w := range street {
			if i > 0 && !slices.Contains(particles, strings.ToLower(w)) && len([]rune(w)) > 3 {
				street[i] = title(string([]rune(w)[:3])) + "•••"
			} else {
				street[i] = title(w)
			}
		}
		parts = append(parts, strings.Join(street, " "))
	}
	for _, p := range []string{a.Neighborhood, a.Town} {
		if p != "" {
			words := strings.Fields(p)
			for i := range words {
				words[i] = title(words[i])
			}
			parts = append(parts, strings.Join(words, " "))
		}
	}
	return strings.Join(parts, ", ")
}

var particles = []string{"da", "de", "do", "das", "dos", "e"}

// title writes a word of GSAN's capitals as people write it.
func title(word string) string {
	lower := []rune(strings.ToLower(word))
	if len(lower) == 0 || slices.Contains(particles, string(lower)) {
		return string(lower)
	}
	lower[0] = unicode.ToUpper(lower[0])
	return string(lower)
}
