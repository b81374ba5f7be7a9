package console

import (
	"context"
	"net/http"

	"lojavirtual/store"
)

// A Tray is the messages put aside because the bot died of them three times.
type Tray interface {
	Aside(context.Context) ([]store.Aside, error)
	// Retry gives one to the bot again, unless it would answer another question.
	Retry(ctx context.Context, ref string) (store.Retrial, error)
	// Discard forgets one; ok is false if somebody else has dealt with it.
	Discard(ctx context.Context, ref string) (ok bool, err error)
}

// sorters may deal with what was put aside.
const sorters = supervisor | admin

// An inTray is what the page of messages put aside shows.
type inTray struct {
	Messages   []store.Aside
	Done, Fail string // what has become of one
}

const (
	dealtWith = "Outra pessoa já cuidou desta mensagem."
	notWhole  = "Esta mensagem não foi guardada inteira e não pode ser repetida. Se for preciso, peça à pessoa que escreva de novo; depois descarte."
	movedOn   = "A conversa já seguiu depois desta mensagem: repetida agora, ela responderia a outra pergunta. Descarte."
)

func (c *Console) aside(w http.ResponseWriter, r *http.Request, v visitor) error {
	return c.trayPage(w, r, v, inTray{})
}

func (c *Console) trayPage(w http.ResponseWriter, r *http.Request, v visitor, page inTray) error {
	var err error
	if page.Messages, err = c.Tray.Aside(r.Context()); err != nil {
		return err
	}
	status := http.StatusOK
	if page.Fail != "" {
		status = http.StatusConflict
	}
	c.show(w, r, v, status, "lado", "Mensagens postas de lado", page)
	return nil
}

// asideOf is the message that a request is about; ok is false if it is not there
// any more.
func (c *Console) asideOf(r *http.Request) (a store.Aside, ok bool, err error) {
	all, err := c.Tray.Aside(r.Context())
	for _, a := range all {
		if a.Ref == r.PathValue("ref") {
			return a, true, nil
		}
	}
	return a, false, err
}

func (c *Console) retryAside(w http.ResponseWriter, r *http.Request, v visitor) error {
	a, ok, err := c.asideOf(r)
	if err != nil {
		return err
	}
	done := store.Gone
	switch {
	case !ok:
	case !a.Whole:
		done = store.Partial
	default:
		if err := c.office.note(r.Context(), c.by(r, v.Name), "message_retried", masked(a.Session), a.Ref); err != nil {
			return err
		}
		if done, err = c.Tray.Retry(r.Context(), a.Ref); err != nil {
			return err
		}
	}
	page := inTray{Fail: map[store.Retrial]string{store.Gone: dealtWith, store.Partial: notWhole, store.Moved: movedOn}[done]}
	if done == store.Retried {
		page.Done = "O bot recebeu a mensagem de novo e responde à pessoa. Se falhar outra vez, ela volta para cá."
	}
	return c.trayPage(w, r, v, page)
}

func (c *Console) discardAside(w http.ResponseWriter, r *http.Request, v visitor) error {
	a, ok, err := c.asideOf(r)
	if err != nil {
		return err
	}
	if ok {
		if err := c.office.note(r.Context(), c.by(r, v.Name), "message_discarded", masked(a.Session), a.Ref); err != nil {
			return err
		}
		if ok, err = c.Tray.Discard(r.Context(), a.Ref); err != nil {
			return err
		}
	}
	if !ok {
		return c.trayPage(w, r, v, inTray{Fail: dealtWith})
	}
	return c.trayPage(w, r, v, inTray{Done: "A mensagem foi descartada."})
}
