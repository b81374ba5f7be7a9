package console

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"lojavirtual/store"
)

// entriesAtOnce is how many entries of the audit log a page has.
const entriesAtOnce = 100

// A trail is what the page of the audit log shows.
type trail struct {
	Entries   []store.AuditEntry
	Who, What string
	Deeds     []choice
	Older     int64 // the number to go on before; 0 if there are no more
	Newest    bool  // the first page
	Verdict   string
	Broken    bool
}

// A choice of a list.
type choice struct {
	Value, Label string
	Is           bool
}

func (c *Console) audit(w http.ResponseWriter, r *http.Request, v visitor) error {
	return c.trailPage(w, r, v, trail{Who: r.FormValue("quem"), What: r.FormValue("que")})
}

func (c *Console) trailPage(w http.ResponseWriter, r *http.Request, v visitor, t trail) error {
	before, _ := strconv.ParseInt(r.FormValue("antes"), 10, 64) // else the newest
	var err error
	if t.Entries, err = c.Trail.Audit(r.Context(), before, t.Who, t.What, entriesAtOnce); err != nil {
		return err
	}
	if len(t.Entries) == entriesAtOnce {
		t.Older = t.Entries[entriesAtOnce-1].Seq
	}
	t.Newest = before == 0
	for _, d := range deeds {
		t.Deeds = append(t.Deeds, choice{d.what, d.name, d.what == t.What})
	}
	c.show(w, r, v, http.StatusOK, "auditoria", "Auditoria", t)
	return nil
}

func (c *Console) verifyAudit(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := c.office.note(r.Context(), c.by(r, v.Name), "audit_verified", "", ""); err != nil {
		return err
	}
	head, err := c.office.Verify(r.Context())
	var broken store.AuditBroken
	switch {
	case errors.As(err, &broken):
		c.Log.Error("the audit log was tampered with", "error", err)
		return c.trailPage(w, r, v, trail{Broken: true, Verdict: fmt.Sprintf(
			"A auditoria foi alterada a partir da entrada %d. Guarde uma cópia do banco e avise quem responde pela segurança; no terminal, loja audit verify diz o que houve.", broken.Seq)})
	case err != nil:
		return err
	}
	return c.trailPage(w, r, v, trail{Verdict: fmt.Sprintf("Íntegra: %d entradas conferidas. Última: %s", head.Seq, head.Hash)})
}
