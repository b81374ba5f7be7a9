package console

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"lojavirtual/store/taxid"
)

// A revealing is what the page shows on which somebody says why they want to see
// a document, and then the document.
type revealing struct {
	Path, Talk, Reason, Trouble string
	Asked, Known                bool
	Document                    string
}

// How long a reason is.
const (
	minReason = 10
	maxReason = 200
)

// masked names a conversation by its channel and the end of who is there.
func masked(session string) string {
	channel, person, _ := strings.Cut(session, ":")
	person, _, _ = strings.Cut(person, "@")
	if r := []rune(person); len(r) > 4 {
		person = "…" + string(r[len(r)-4:])
	}
	return channel + ":" + person
}

func (c *Console) revealForm(w http.ResponseWriter, r *http.Request, v visitor) error {
	session, err := c.sessionOf(r.Context(), r.PathValue("protocolo"))
	if err != nil {
		return err
	}
	c.show(w, r, v, http.StatusOK, "documento", "Ver o documento", revealing{Path: r.URL.EscapedPath(), Talk: masked(session)})
	return nil
}

// reveal shows the CPF or CNPJ of who identified themselves in a conversation,
// once it is written down who wanted to see it, and why. The address names it by
// its protocol: addresses are kept by browsers and proxies, and who is there is
// named by a phone.
func (c *Console) reveal(w http.ResponseWriter, r *http.Request, v visitor) error {
	protocol := r.PathValue("protocolo")
	session, err := c.sessionOf(r.Context(), protocol)
	if err != nil {
		return err
	}
	p := revealing{Path: r.URL.EscapedPath(), Talk: masked(session), Reason: strings.TrimSpace(r.PostFormValue("motivo"))}
	if p.Trouble = checkReason(p.Reason); p.Trouble != "" {
		c.show(w, r, v, http.StatusUnprocessableEntity, "documento", "Ver o documento", p)
		return nil
	}
	if err := c.office.note(r.Context(), c.by(r, v.Name), "revealed", p.Talk, p.Reason); err != nil {
		return err
	}
	document, known, err := c.Document(r.Context(), session, protocol)
	if err != nil {
		return err
	}
	p.Asked, p.Known, p.Document = true, known, taxid.Print(document)
	c.show(w, r, v, http.StatusOK, "documento", "Ver o documento", p)
	return nil
}

// checkReason says what is wrong with a reason; "" if nothing. It stays in the
// audit log for ever, so it must not hold what is only to be seen.
func checkReason(reason string) string {
	digits, letters := 0, map[rune]bool{}
	for _, r := range reason {
		if unicode.IsDigit(r) {
			digits++
		}
		letters[unicode.ToLower(r)] = true
	}
	switch n := utf8.RuneCountInString(reason); {
	case n < minReason || len(letters) < 5:
		return "Diga o motivo em pelo menos 10 letras, como: conferir o titular antes de mudar o vencimento."
	case n > maxReason:
		return "O motivo tem no máximo 200 letras. Resuma."
	case digits >= 8:
		return "O motivo não leva CPF, telefone nem outros números longos. Tire o número."
	}
	return ""
}
