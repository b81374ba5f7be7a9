package console

import (
	"net/http"
	"strings"

	"lojavirtual/store"
)

// notesAtOnce is how many notes that people left are on the page.
const notesAtOnce = 200

// A pile is what the page of notes that people left shows: those that nobody has
// read first.
type pile struct {
	Notes  []store.LeftNote
	Unread int
	May    bool
	Wrong  string
}

func (c *Console) leftNotes(w http.ResponseWriter, r *http.Request, v visitor) error {
	return c.pilePage(w, r, v, "")
}

func (c *Console) pilePage(w http.ResponseWriter, r *http.Request, v visitor, wrong string) error {
	p := pile{May: attendants.admits(v), Wrong: wrong}
	var err error
	if p.Notes, err = c.Shelf.LeftNotes(r.Context(), notesAtOnce); err != nil {
		return err
	}
	for _, n := range p.Notes {
		if n.ReadAt == nil {
			p.Unread++
		}
	}
	status := http.StatusOK
	if wrong != "" {
		status = http.StatusConflict
	}
	c.show(w, r, v, status, "recados", "Recados", p)
	return nil
}

// readNote marks a note as read, by who says so.
func (c *Console) readNote(w http.ResponseWriter, r *http.Request, v visitor) error {
	key := typed(r.PostFormValue("recado"))
	session, _, _ := strings.Cut(key, "/")
	if err := c.office.note(r.Context(), c.by(r, v.Name), "note_read", masked(session), ""); err != nil {
		return err
	}
	ok, err := c.Shelf.ReadNote(r.Context(), key, v.Shown, c.Now())
	if err != nil {
		return err
	}
	if !ok {
		return c.pilePage(w, r, v, "Outra pessoa já marcou este recado, ou ele foi apagado.")
	}
	http.Redirect(w, r, "/recados", http.StatusSeeOther)
	return nil
}
