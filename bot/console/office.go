package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// An Actor is who does something, as the audit log has it.
type Actor struct {
	Name string // of the person, or "terminal:USER"
	From string // the address, "" in a terminal
}

// An Office keeps the staff, for the pages and for the verbs alike: everything it
// does is in the audit log before it is done.
type Office struct {
	People People
	Trail  Trail
	Heads  Heads // nil if nothing remembers them
	Log    *slog.Logger
	Now    func() time.Time
}

// What the audit log says was done, and how pages call it.
var deeds = []struct{ what, name string }{
	{"login", "entrou"},
	{"login_refused", "senha ou código errado"},
	{"logout", "saiu"},
	{"access_ended", "encerrou um acesso"},
	{"accesses_ended", "encerrou todos os acessos"},
	{"password", "trocou a própria senha"},
	{"second_factor", "cadastrou o segundo fator"},
	{"recovery_used", "entrou com código de recuperação"},
	{"talk_read", "abriu uma conversa"},
	{"revealed", "viu um documento"},
	{"file_opened", "abriu um arquivo enviado"},
	{"talk_taken_as_test", "baixou uma conversa como teste"},
	{"talk_taken", "assumiu uma conversa"},
	{"talk_written", "escreveu a uma pessoa"},
	{"talk_given", "enviou conta ou código"},
	{"talk_passed", "transferiu uma conversa"},
	{"talk_returned", "devolveu uma conversa ao robô"},
	{"talk_closed", "encerrou um atendimento"},
	{"talk_noted", "anotou uma conversa"},
	{"talk_tagged", "pôs etiquetas numa conversa"},
	{"text_refused", "tentou escrever um meio de pagamento"},
	{"note_read", "leu um recado"},
	{"canned_saved", "mudou uma resposta pronta"},
	{"numbers_saved", "baixou números em CSV"},
	{"staff_added", "adicionou pessoa"},
	{"staff_changed", "mudou nome ou papel"},
	{"staff_reset", "redefiniu senha e segundo fator"},
	{"staff_disabled", "desativou pessoa"},
	{"staff_enabled", "reativou pessoa"},
	{"message_retried", "repetiu mensagem posta de lado"},
	{"message_discarded", "descartou mensagem posta de lado"},
	{"whatsapp_linked", "começou a ligar o WhatsApp"},
	{"whatsapp_stopped", "parou de ligar o WhatsApp"},
	{"audit_verified", "verificou a auditoria"},
}

// deedName is how pages call what the audit log says was done.
func deedName(what string) string {
	for _, d := range deeds {
		if d.what == what {
			return d.name
		}
	}
	return what
}

// note adds to the audit log. What it tells of must not be done if there is an
// error.
func (o Office) note(ctx context.Context, by Actor, what, on, detail string) error {
	e, err := o.Trail.AppendAudit(ctx, store.AuditEntry{At: o.Now(), Who: by.Name, What: what, On: on, Detail: detail, From: by.From})
	if err != nil {
		return err
	}
	o.Log.Info("audit", "entry", e.Seq, "what", what, "hash", e.Hash)
	if o.Heads != nil {
		if err := o.Heads.SetAuditHead(ctx, store.AuditHead{Seq: e.Seq, Hash: e.Hash}); err != nil {
			o.Log.Warn("cannot remember how far the audit log reached", "error", err)
		}
	}
	return nil
}

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{1,63}$`)

// What may be wrong with a person that is to be added.
var (
	ErrName  = errors.New("o nome de acesso tem de 2 a 64 letras minúsculas sem acento, números e . _ - @")
	ErrShown = errors.New("o nome mostrado tem de 1 a 60 caracteres")
	ErrRole  = errors.New("o papel é um destes: leitor, atendente, supervisor, encarregado, admin")
	ErrTaken = errors.New("já existe alguém com este nome de acesso")
	ErrNamed = errors.New("já existe alguém com este nome mostrado, e não se saberia quem é quem")
)

// check says what is wrong with how somebody is called and with their role.
func check(shown string, role store.Role) error {
	switch n := len([]rune(shown)); {
	case n == 0, n > 60:
		return ErrShown
	case roleBits[role] == 0:
		return ErrRole
	}
	return nil
}

// named returns ErrNamed if somebody else is called so, or nearly: whose a
// conversation is, and with whom customers talk, is told by that name.
func (o Office) named(ctx context.Context, shown string) error {
	all, err := o.People.AllStaff(ctx)
	if err == nil && slices.ContainsFunc(all, func(s store.Staff) bool { return bot.Fold(s.Shown) == bot.Fold(shown) }) {
		err = ErrNamed
	}
	return err
}

// Add adds somebody, and returns the password they enter with for the first
// time, within three days. Shown is what they are called. The error is ErrName,
// ErrShown, ErrRole, ErrTaken or ErrNamed if that is what is wrong.
func (o Office) Add(ctx context.Context, by Actor, name, shown string, role store.Role) (password string, err error) {
	name, shown = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(shown)
	if !nameForm.MatchString(name) {
		return "", ErrName
	}
	if err := check(shown, role); err != nil {
		return "", err
	}
	if _, taken, err := o.People.StaffNamed(ctx, name); err != nil || taken {
		return "", errors.Join(err, taking(taken))
	}
	if err := o.named(ctx, shown); err != nil {
		return "", err
	}
	password = newOneTime()
	hash, err := Hash(password)
	if err != nil {
		return "", err
	}
	if err := o.note(ctx, by, "staff_added", name, string(role)); err != nil {
		return "", err
	}
	until := o.Now().Add(oneTimeLife)
	_, ok, err := o.People.AddStaff(ctx, store.Staff{Name: name, Shown: shown, Role: role, Password: hash, OneTime: &until, Since: o.Now()})
	return password, errors.Join(err, taking(err == nil && !ok))
}

func taking(taken bool) error {
	if taken {
		return ErrTaken
	}
	return nil
}

// Change changes how somebody is called and what they may do.
func (o Office) Change(ctx context.Context, by Actor, s store.Staff, shown string, role store.Role) error {
	shown = strings.TrimSpace(shown)
	if err := check(shown, role); err != nil {
		return err
	}
	if bot.Fold(shown) != bot.Fold(s.Shown) {
		if err := o.named(ctx, shown); err != nil {
			return err
		}
	}
	if err := o.note(ctx, by, "staff_changed", s.Name, fmt.Sprintf("%s, %s", shown, role)); err != nil {
		return err
	}
	since := s.Since
	if role != s.Role {
		since = o.Now()
	}
	return o.People.SetStaffRole(ctx, s.ID, shown, role, since)
}

// Reset takes somebody's password and second factor, ends their accesses, and
// returns the password they enter with next, within three days.
func (o Office) Reset(ctx context.Context, by Actor, s store.Staff) (password string, err error) {
	password = newOneTime()
	hash, err := Hash(password)
	if err != nil {
		return "", err
	}
	if err := o.note(ctx, by, "staff_reset", s.Name, ""); err != nil {
		return "", err
	}
	now := o.Now()
	until := now.Add(oneTimeLife)
	return password, o.People.SetStaffPassword(ctx, s.ID, hash, &until, now, true)
}

// Disable ends somebody's accesses and lets them in no more.
func (o Office) Disable(ctx context.Context, by Actor, s store.Staff) error {
	if err := o.note(ctx, by, "staff_disabled", s.Name, ""); err != nil {
		return err
	}
	now := o.Now()
	return o.People.DisableStaff(ctx, s.ID, &now)
}

// Enable lets somebody in again.
func (o Office) Enable(ctx context.Context, by Actor, s store.Staff) error {
	if err := o.note(ctx, by, "staff_enabled", s.Name, ""); err != nil {
		return err
	}
	return o.People.DisableStaff(ctx, s.ID, nil)
}

// Verify reads the whole audit log, and compares where it was known to reach with
// it. The error is store.AuditBroken if it was tampered with.
func (o Office) Verify(ctx context.Context, known ...store.AuditHead) (store.AuditHead, error) {
	if o.Heads != nil {
		head, err := o.Heads.AuditHead(ctx)
		if err != nil {
			return head, err
		}
		known = append(known, head)
	}
	return o.Trail.VerifyAudit(ctx, known...)
}
