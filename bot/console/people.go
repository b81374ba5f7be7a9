package console

import (
	"errors"
	"net/http"
	"strconv"

	"lojavirtual/store"
)

// A team is what the page of people shows.
type team struct {
	People            []store.Staff
	Roles             []roleChoice
	Name, Shown, Role string // as typed, if something is wrong with it
	Trouble           string
}

// A roleChoice is a role that somebody may be given.
type roleChoice struct {
	Role       store.Role
	Name, Help string
	Second     bool // it asks for a second factor
	Is         bool
}

func (c *Console) roleChoices(is store.Role) []roleChoice {
	var all []roleChoice
	for _, role := range store.Roles {
		needs := false
		for _, r := range c.Second {
			needs = needs || r == role
		}
		all = append(all, roleChoice{role, roleNames[role], roleHelp[role], needs, role == is})
	}
	return all
}

func (c *Console) people(w http.ResponseWriter, r *http.Request, v visitor) error {
	return c.team(w, r, v, http.StatusOK, team{})
}

func (c *Console) team(w http.ResponseWriter, r *http.Request, v visitor, status int, t team) error {
	var err error
	if t.People, err = c.People.AllStaff(r.Context()); err != nil {
		return err
	}
	t.Roles = c.roleChoices(store.Role(t.Role))
	c.show(w, r, v, status, "pessoas", "Pessoas", t)
	return nil
}

// A given is a password that is shown once, to be told to whom it is for.
type given struct {
	Name, Password string
}

// inform says what is wrong with what was typed of a person; "" if it is nothing
// that can be said.
func inform(err error) string {
	for _, known := range []error{ErrName, ErrShown, ErrRole, ErrTaken, ErrNamed} {
		if errors.Is(err, known) {
			return "Confira: " + known.Error() + "."
		}
	}
	return ""
}

func (c *Console) addPerson(w http.ResponseWriter, r *http.Request, v visitor) error {
	t := team{Name: r.PostFormValue("nome"), Shown: r.PostFormValue("mostrado"), Role: r.PostFormValue("papel")}
	password, err := c.office.Add(r.Context(), c.by(r, v.Name), t.Name, t.Shown, store.Role(t.Role))
	if t.Trouble = inform(err); t.Trouble != "" {
		return c.team(w, r, v, http.StatusUnprocessableEntity, t)
	}
	if err != nil {
		return err
	}
	c.show(w, r, v, http.StatusOK, "dada", "Senha do primeiro acesso", given{t.Name, password})
	return nil
}

// A member is what the page of one person shows.
type member struct {
	store.Staff
	Self     bool
	Outside  bool // they enter by single sign-on, which says what they are
	Roles    []roleChoice
	Accesses []access
	Trouble  string
}

// memberOf is the person that a request is about.
func (c *Console) memberOf(r *http.Request) (store.Staff, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return store.Staff{}, errGone
	}
	s, ok, err := c.People.Staff(r.Context(), id)
	if err == nil && !ok {
		err = errGone
	}
	return s, err
}

// otherOf is the person that a request is about, who is not the one who asks:
// nobody takes their own rights away, so that there is always somebody left who
// can give them back.
func (c *Console) otherOf(r *http.Request, v visitor) (store.Staff, error) {
	s, err := c.memberOf(r)
	if err == nil && s.ID == v.ID {
		err = problem{http.StatusConflict, "Isto não se faz com o próprio acesso. Peça a outro administrador, ou use Minha conta."}
	}
	return s, err
}

func (c *Console) person(w http.ResponseWriter, r *http.Request, v visitor) error {
	s, err := c.memberOf(r)
	if err != nil {
		return err
	}
	return c.memberPage(w, r, v, http.StatusOK, s, "")
}

func (c *Console) memberPage(w http.ResponseWriter, r *http.Request, v visitor, status int, s store.Staff, trouble string) error {
	list, err := c.accessesOf(r, s, v.access.ID)
	if err != nil {
		return err
	}
	c.show(w, r, v, status, "pessoa", s.Shown, member{s, s.ID == v.ID, s.Subject != "", c.roleChoices(s.Role), list, trouble})
	return nil
}

func (c *Console) changePerson(w http.ResponseWriter, r *http.Request, v visitor) error {
	s, err := c.memberOf(r)
	if err != nil {
		return err
	}
	role := store.Role(r.PostFormValue("papel"))
	if s.ID == v.ID || s.Subject != "" {
		role = s.Role
	}
	err = c.office.Change(r.Context(), c.by(r, v.Name), s, r.PostFormValue("mostrado"), role)
	if trouble := inform(err); trouble != "" {
		return c.memberPage(w, r, v, http.StatusUnprocessableEntity, s, trouble)
	}
	return c.back(w, r, err)
}

// back returns to the page of the person after something was done.
func (c *Console) back(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil {
		http.Redirect(w, r, "/pessoas/"+r.PathValue("id"), http.StatusSeeOther)
	}
	return err
}

func (c *Console) resetPerson(w http.ResponseWriter, r *http.Request, v visitor) error {
	s, err := c.otherOf(r, v)
	if err != nil {
		return err
	}
	if s.Subject != "" {
		return errNoPassword
	}
	password, err := c.office.Reset(r.Context(), c.by(r, v.Name), s)
	if err != nil {
		return err
	}
	c.show(w, r, v, http.StatusOK, "dada", "Senha do próximo acesso", given{s.Name, password})
	return nil
}

func (c *Console) disablePerson(w http.ResponseWriter, r *http.Request, v visitor) error {
	s, err := c.otherOf(r, v)
	if err != nil {
		return err
	}
	return c.back(w, r, c.office.Disable(r.Context(), c.by(r, v.Name), s))
}

func (c *Console) enablePerson(w http.ResponseWriter, r *http.Request, v visitor) error {
	s, err := c.otherOf(r, v)
	if err != nil {
		return err
	}
	return c.back(w, r, c.office.Enable(r.Context(), c.by(r, v.Name), s))
}

// endPerson ends one access of somebody, or all of them.
func (c *Console) endPerson(w http.ResponseWriter, r *http.Request, v visitor) error {
	s, err := c.memberOf(r)
	if err != nil {
		return err
	}
	if id := r.PostFormValue("acesso"); id != "" {
		if err := c.office.note(r.Context(), c.by(r, v.Name), "access_ended", s.Name, ""); err != nil {
			return err
		}
		return c.back(w, r, c.Accesses.EndAccess(r.Context(), s.ID, id))
	}
	if err := c.office.note(r.Context(), c.by(r, v.Name), "accesses_ended", s.Name, ""); err != nil {
		return err
	}
	return c.back(w, r, c.People.EndStaffAccesses(r.Context(), s.ID, c.Now()))
}
