package console

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"lojavirtual/store"
)

// An account is what somebody sees of their own.
type account struct {
	Help     string
	Password bool // they enter by one
	Second   bool // they have a second factor
	Needed   bool // and their role asks for it
	Left     int  // recovery codes
	Accesses []access
}

// An access as it is listed.
type access struct {
	store.Access
	Here bool // the one by which the page is seen
}

func (c *Console) account(w http.ResponseWriter, r *http.Request, v visitor) error {
	list, err := c.accessesOf(r, v.Staff, v.access.ID)
	if err != nil {
		return err
	}
	c.show(w, r, v, http.StatusOK, "conta", "Minha conta", account{
		roleHelp[v.Role], v.Password != "", v.Secret != nil, slices.Contains(c.Second, v.Role), len(v.Recovery), list,
	})
	return nil
}

// accessesOf lists the accesses of somebody that have not ended, the one seen
// last first.
func (c *Console) accessesOf(r *http.Request, s store.Staff, here string) ([]access, error) {
	all, err := c.Accesses.Accesses(r.Context(), s.ID)
	if err != nil {
		return nil, err
	}
	now := c.Now()
	var list []access
	for _, a := range all {
		if now.Sub(a.Seen) <= idle && now.Sub(a.Began) <= life && !a.Began.Before(s.Since.Truncate(time.Millisecond)) {
			list = append(list, access{a, a.ID == here})
		}
	}
	slices.SortFunc(list, func(a, b access) int { return b.Seen.Compare(a.Seen) })
	return list, nil
}

// endOwn ends one access of one's own, or all of them.
func (c *Console) endOwn(w http.ResponseWriter, r *http.Request, v visitor) error {
	id := r.PostFormValue("acesso")
	if id == "" {
		if err := c.office.note(r.Context(), c.by(r, v.Name), "accesses_ended", v.Name, ""); err != nil {
			return err
		}
		if err := c.People.EndStaffAccesses(r.Context(), v.ID, c.Now()); err != nil {
			return err
		}
		http.Redirect(w, r, "/entrar?motivo=fim", http.StatusSeeOther)
		return nil
	}
	if err := c.office.note(r.Context(), c.by(r, v.Name), "access_ended", v.Name, ""); err != nil {
		return err
	}
	if err := c.Accesses.EndAccess(r.Context(), v.ID, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/conta", http.StatusSeeOther)
	return nil
}

// A change is what the page of a new password shows.
type change struct {
	First   bool // the password they have was given to them
	Trouble string
}

var errNoPassword = problem{http.StatusConflict, "Você entra pelo acesso único da empresa: a senha e o segundo fator são de lá."}

func (c *Console) passwordForm(w http.ResponseWriter, r *http.Request, v visitor) error {
	return c.passwordPage(w, r, v, http.StatusOK, "")
}

func (c *Console) passwordPage(w http.ResponseWriter, r *http.Request, v visitor, status int, trouble string) error {
	if err := mayOwe(v, "/conta/senha"); err != nil {
		return err
	}
	c.show(w, r, v, status, "senha", "Nova senha", change{v.OneTime != nil, trouble})
	return nil
}

// mayOwe refuses a page of one's account to those who owe something else first,
// and to those whose account is kept elsewhere.
func mayOwe(v visitor, page string) error {
	if v.owes != "" && v.owes != page {
		return errForbidden
	}
	if v.Password == "" {
		return errNoPassword
	}
	return nil
}

func (c *Console) changePassword(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := mayOwe(v, "/conta/senha"); err != nil {
		return err
	}
	chosen := r.PostFormValue("nova")
	trouble := checkPassword(chosen, r.PostFormValue("repetida"), v.Name)
	if trouble == "" && v.OneTime == nil {
		var err error
		if trouble, err = c.confirms(r, v, r.PostFormValue("atual")); err != nil {
			return err
		}
	}
	if trouble == "" {
		same, err := c.hashing.matches(r.Context(), chosen, v.Password)
		if err != nil {
			return err
		}
		if same {
			trouble = "A senha nova é a mesma de antes. Escolha outra."
		}
	}
	if trouble != "" {
		return c.passwordPage(w, r, v, http.StatusUnprocessableEntity, trouble)
	}
	hash, err := c.hashing.hash(r.Context(), chosen)
	if err != nil {
		return err
	}
	if err := c.office.note(r.Context(), c.by(r, v.Name), "password", "", ""); err != nil {
		return err
	}
	now := c.Now()
	if err := c.People.SetStaffPassword(r.Context(), v.ID, hash, nil, now, false); err != nil {
		return err
	}
	v.OneTime, v.Since = nil, now
	if v, err = c.begin(w, r, v.Staff, v.access, v.access.Second); err != nil {
		return err
	}
	http.Redirect(w, r, onward(v, "/conta"), http.StatusSeeOther)
	return nil
}

// A second is what the page of a second factor shows.
type second struct {
	QR      drawing
	Typed   string // the secret, in groups, for those who cannot read the code
	Sealed  string
	Has     bool // one is replaced: the password is asked again
	Trouble string
	Codes   []string // it is done: codes to keep
}

func (c *Console) secondForm(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := mayOwe(v, "/conta/segundo-fator"); err != nil {
		return err
	}
	return c.secondPage(w, r, v, http.StatusOK, newSecret(), "")
}

func (c *Console) secondPage(w http.ResponseWriter, r *http.Request, v visitor, status int, secret []byte, trouble string) error {
	picture, err := drawQR(setup(c.Operator.Name, v.Name, secret))
	if err != nil {
		return err
	}
	plain := base32Plain.EncodeToString(secret)
	var groups []string
	for group := range slices.Chunk([]byte(plain), 4) {
		groups = append(groups, string(group))
	}
	c.show(w, r, v, status, "segundo", "Segundo fator", second{
		QR: picture, Typed: strings.Join(groups, " "), Sealed: base64.RawURLEncoding.EncodeToString(c.seal(v.ID, secret)),
		Has: v.owes == "", Trouble: trouble,
	})
	return nil
}

func (c *Console) setSecond(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := mayOwe(v, "/conta/segundo-fator"); err != nil {
		return err
	}
	sealed, err := base64.RawURLEncoding.DecodeString(r.PostFormValue("segredo"))
	if err != nil {
		return errGone
	}
	secret, err := c.unseal(v.ID, sealed)
	if err != nil {
		return errGone
	}
	if v.owes == "" {
		trouble, err := c.confirms(r, v, r.PostFormValue("atual"))
		if err != nil {
			return err
		}
		if trouble != "" {
			return c.secondPage(w, r, v, http.StatusUnprocessableEntity, secret, trouble)
		}
	}
	step, ok := stepOf(secret, strings.ReplaceAll(strings.TrimSpace(r.PostFormValue("codigo")), " ", ""), c.Now())
	if !ok {
		return c.secondPage(w, r, v, http.StatusUnprocessableEntity, secret, "O código não confere. Confira se a hora do celular é automática e digite o que aparece agora.")
	}
	codes, hashes := c.newRecovery(v.ID)
	if err := c.office.note(r.Context(), c.by(r, v.Name), "second_factor", "", ""); err != nil {
		return err
	}
	if err := c.People.SetStaffSecret(r.Context(), v.ID, sealed, step, hashes); err != nil {
		return err
	}
	v.Secret, v.Recovery = sealed, hashes
	if v, err = c.begin(w, r, v.Staff, v.access, true); err != nil {
		return err
	}
	c.show(w, r, v, http.StatusOK, "segundo", "Segundo fator", second{Codes: codes})
	return nil
}
