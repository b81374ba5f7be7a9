package console

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lojavirtual/store"
)

// A shelf is what the page of ready replies shows.
type shelf struct {
	Replies   []store.Canned
	Variables []variable
	New       store.Canned // as typed, if something is wrong with it
	Wrong     string
	At        int64 // of the reply with which something is wrong
}

// A variable stands in a ready reply for what differs between conversations.
type variable struct{ Name, Is string }

var variables = []variable{
	{"{nome}", "o primeiro nome da pessoa, se ela se identificou"},
	{"{atendente}", "o seu nome"},
	{"{protocolo}", "o protocolo da conversa"},
	{"{empresa}", "o nome da empresa"},
	{"{telefone}", "o primeiro telefone da empresa"},
}

var (
	// where there is no name, what leads to it goes as well: "Olá, {nome}!" is "Olá!"
	nameless = regexp.MustCompile(`,?[ \t]*\{nome\}`)
	anyField = regexp.MustCompile(`\{[^{}\n]*\}`)
)

// fillIn puts into a ready reply what its variables stand for.
func (c *Console) fillIn(text, name, attendant, protocol string) string {
	if name == "" {
		text = nameless.ReplaceAllString(text, "")
	}
	phone := ""
	if len(c.Operator.Phones) > 0 {
		phone = c.Operator.Phones[0].Number
	}
	return strings.NewReplacer("{nome}", name, "{atendente}", attendant, "{protocolo}", protocol, "{empresa}", c.Operator.Name, "{telefone}", phone).Replace(text)
}

const (
	maxTitle = 60
	maxPlace = 9999
)

func (c *Console) canned(w http.ResponseWriter, r *http.Request, v visitor) error {
	return c.shelfPage(w, r, v, shelf{New: store.Canned{Active: true}})
}

func (c *Console) shelfPage(w http.ResponseWriter, r *http.Request, v visitor, page shelf) error {
	all, err := c.Shelf.Canned(r.Context(), true)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if page.Wrong != "" {
		status = http.StatusUnprocessableEntity
	}
	for i, one := range all {
		if page.Wrong != "" && one.ID == page.At {
			all[i] = page.New
		}
	}
	page.Replies, page.Variables = all, variables
	if page.At != 0 {
		page.New = store.Canned{Active: true}
	}
	if page.New.Place == 0 && len(all) > 0 {
		page.New.Place = all[len(all)-1].Place + 1
	}
	page.New.Place = max(1, page.New.Place)
	c.show(w, r, v, status, "respostas", "Respostas prontas", page)
	return nil
}

// saveCanned keeps a ready reply, a new one or as it was changed.
func (c *Console) saveCanned(w http.ResponseWriter, r *http.Request, v visitor) error {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64) // 0 is a new one
	if r.PathValue("id") != "" && id <= 0 {
		return errGone
	}
	place, _ := strconv.Atoi(r.PostFormValue("ordem"))
	one := store.Canned{
		ID: id, Title: typed(strings.ReplaceAll(r.PostFormValue("titulo"), "\n", " ")), Text: typed(r.PostFormValue("texto")),
		Place: min(max(place, 1), maxPlace), Active: r.PostFormValue("ativa") != "",
	}
	wrong, err := c.checkCanned(r, v, one)
	if err != nil {
		return err
	}
	if wrong != "" {
		return c.shelfPage(w, r, v, shelf{New: one, Wrong: wrong, At: id})
	}
	detail := fmt.Sprintf("%s, %s", one.Title, map[bool]string{true: "ligada", false: "desligada"}[one.Active])
	if err := c.office.note(r.Context(), c.by(r, v.Name), "canned_saved", cmp.Or(r.PathValue("id"), "nova"), detail); err != nil {
		return err
	}
	if ok, err := c.Shelf.SaveCanned(r.Context(), one, v.Shown); err != nil || !ok {
		return cmp.Or(err, error(errGone))
	}
	http.Redirect(w, r, "/respostas", http.StatusSeeOther)
	return nil
}

// checkCanned says what is wrong with a ready reply; "" if nothing is.
func (c *Console) checkCanned(r *http.Request, v visitor, one store.Canned) (string, error) {
	if n := utf8.RuneCountInString(one.Title); n == 0 || n > maxTitle {
		return fmt.Sprintf("O título tem de 1 a %d letras.", maxTitle), nil
	}
	for _, field := range anyField.FindAllString(one.Text, -1) {
		if !slices.ContainsFunc(variables, func(v variable) bool { return v.Name == field }) {
			return "Não existe " + field + ". As variáveis estão na lista ao lado.", nil
		}
	}
	for _, text := range []string{one.Title, c.fillIn(one.Text, "Maria", "Ana", "2605.2012.3456.78")} {
		if wrong, err := c.refuse(r, v, "", "resposta pronta", text, maxSaid); wrong != "" || err != nil {
			return wrong, err
		}
	}
	return "", nil
}
