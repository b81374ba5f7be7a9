package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/console"
	"lojavirtual/flows/segundavia"
	"lojavirtual/store"
	"lojavirtual/store/postgres"
	"lojavirtual/store/redis"
)

// team keeps the people of the staff console.
type team struct {
	Add     teamAdd     `cmd:"" help:"Add somebody, and print the password for their first login."`
	List    teamList    `cmd:"" help:"List everybody."`
	Disable teamDisable `cmd:"" help:"End somebody's accesses and let them in no more."`
	Enable  teamEnable  `cmd:"" help:"Let somebody in again."`
	Reset   teamReset   `cmd:"" help:"Take somebody's password and second factor, and print a password for their next login."`
}

type (
	teamAdd struct {
		Name  string `arg:"" help:"What they enter with: small letters, digits and . _ - @"`
		Role  string `required:"" enum:"leitor,atendente,supervisor,encarregado,admin" help:"What they may do: leitor, atendente, supervisor, encarregado or admin."`
		Shown string `placeholder:"NAME" help:"What colleagues and customers call them; NAME if not given."`
	}
	teamList    struct{}
	teamDisable struct {
		Name string `arg:"" help:"What they enter with."`
	}
	teamEnable struct {
		Name string `arg:"" help:"What they enter with."`
	}
	teamReset struct {
		Name string `arg:"" help:"What they enter with."`
	}
)

// auditing looks after the audit log.
type auditing struct {
	Verify auditVerify `cmd:"" help:"Read the whole audit log and say whether it is what was written, or where it is not."`
}

type auditVerify struct {
	Head string `placeholder:"NUMBER:HASH" help:"A head that was printed or logged before, which the log must still hold."`
}

// An office is the staff's, opened for a verb.
type office struct {
	console.Office
	by    console.Actor
	close func()
}

// openOffice opens what the variables name: the database, and Redis if it is
// given.
func openOffice(ctx context.Context) (*office, error) {
	cfg, err := configure("LOJA_DATABASE_URL")
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler) // a verb says what it did
	db, err := postgres.Open(ctx, cfg.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("open the database of LOJA_DATABASE_URL: %w", err)
	}
	o := &office{Office: console.Office{People: db, Trail: db, Log: log, Now: time.Now}, by: terminalActor(), close: db.Close}
	if cfg.RedisURL == "" {
		return o, nil
	}
	mail, err := redis.Open(ctx, cfg.RedisURL, redis.Settings{Log: log})
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("open the Redis of LOJA_REDIS_URL: %w", err)
	}
	o.Heads = mail.Staff()
	o.close = func() {
		_ = mail.Close() // nothing was claimed
		db.Close()
	}
	return o, nil
}

// terminalActor is who runs a verb, for the audit log.
func terminalActor() console.Actor {
	name := strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return console.Actor{Name: "terminal:" + name}
}

// Run implements the verb.
func (a teamAdd) Run(ctx context.Context) error {
	o, err := openOffice(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	password, err := o.Add(ctx, o.by, a.Name, cmp.Or(a.Shown, a.Name), store.Role(a.Role))
	switch {
	case errors.Is(err, console.ErrTaken):
		return fmt.Errorf("%s is somebody's name already: loja staff list shows them, loja staff reset %s gives them a new password", a.Name, a.Name)
	case errors.Is(err, console.ErrName):
		return fmt.Errorf("%q is no name to enter with: 2 to 64 small letters without accents, digits and . _ - @ (%w)", a.Name, errMisused)
	case errors.Is(err, console.ErrShown):
		return fmt.Errorf("--shown: 1 to 60 characters (%w)", errMisused)
	case errors.Is(err, console.ErrNamed):
		return fmt.Errorf("--shown: somebody else is called so already (%w)", errMisused)
	case err != nil:
		return err
	}
	printPassword(os.Stdout, strings.ToLower(a.Name), password)
	return nil
}

// printPassword prints what to hand on to somebody.
func printPassword(w io.Writer, name, password string) {
	fmt.Fprintf(w, "name      %s\npassword  %s\n\nIt is good for three days, until they choose their own at their first login.\n", name, password)
}

// Run implements the verb.
func (teamList) Run(ctx context.Context) error {
	o, err := openOffice(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.People.AllStaff(ctx)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tSHOWN AS\tROLE\tENTERS BY\tSTATE")
	for _, s := range all {
		by, state := "password", "active"
		switch {
		case s.Subject != "":
			by = "single sign-on"
		case s.Secret != nil:
			by = "password and code"
		}
		switch {
		case s.Disabled != nil:
			state = "disabled " + s.Disabled.In(store.Zone).Format(time.DateOnly)
		case s.OneTime != nil:
			state = "first login until " + s.OneTime.In(store.Zone).Format("2006-01-02 15:04")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", s.Name, s.Shown, s.Role, by, state)
	}
	return t.Flush()
}

// of does something to somebody of that name.
func (o *office) of(ctx context.Context, name string, do func(store.Staff) error) error {
	s, ok, err := o.People.StaffNamed(ctx, strings.ToLower(name))
	if err == nil && !ok {
		err = fmt.Errorf("nobody enters as %q: loja staff list shows who does", name)
	}
	if err != nil {
		return err
	}
	return do(s)
}

// Run implements the verb.
func (d teamDisable) Run(ctx context.Context) error {
	o, err := openOffice(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	return o.of(ctx, d.Name, func(s store.Staff) error {
		fmt.Printf("%s is out and enters no more\n", s.Name)
		return o.Disable(ctx, o.by, s)
	})
}

// Run implements the verb.
func (e teamEnable) Run(ctx context.Context) error {
	o, err := openOffice(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	return o.of(ctx, e.Name, func(s store.Staff) error {
		fmt.Printf("%s may enter again\n", s.Name)
		return o.Enable(ctx, o.by, s)
	})
}

// Run implements the verb.
func (r teamReset) Run(ctx context.Context) error {
	o, err := openOffice(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	return o.of(ctx, r.Name, func(s store.Staff) error {
		if s.Subject != "" {
			return fmt.Errorf("%s enters by single sign-on: password and second factor are the provider's", s.Name)
		}
		password, err := o.Reset(ctx, o.by, s)
		if err == nil {
			printPassword(os.Stdout, s.Name, password)
		}
		return err
	})
}

// Run implements the verb.
func (v auditVerify) Run(ctx context.Context) error {
	var known store.AuditHead
	if v.Head != "" {
		number, hash, _ := strings.Cut(v.Head, ":")
		var err error
		if known.Seq, err = strconv.ParseInt(number, 10, 64); err != nil || len(hash) != 64 {
			return fmt.Errorf("--head: write it as it was printed, NUMBER:HASH (%w)", errMisused)
		}
		known.Hash = hash
	}
	o, err := openOffice(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	head, err := o.Verify(ctx, known)
	if err != nil {
		return err
	}
	fmt.Printf("%d entries, none changed, removed, added or moved\nhead %d:%s\n", head.Seq, head.Seq, head.Hash)
	if o.Heads == nil && v.Head == "" {
		fmt.Println("Whether the last ones were removed can be told with LOJA_REDIS_URL, or with --head and a head printed before.")
	}
	return nil
}

// newConsole builds the pages of the staff, which are at the address, and show the
// conversations that the watch follows.
func (l *loja) newConsole(address string, watch *redis.Watch, links *linker) *console.Console {
	return console.New(console.Config{
		Operator: l.operator, Mail: l.mail, Shelf: l.db, Sites: []string{l.PublicURL}, People: l.db, Trail: l.db, Accesses: l.mail.Staff(),
		URL: address, Secret: l.derive("staff"), Proxies: l.StaffProxies, Second: l.StaffSecond, SignOn: l.SignOn, Document: l.documentIn, Health: (&lookout{loja: l}).look, Tray: l.mail, Linker: links, Log: l.log,
		Handouts: l.handouts,
		Live:     watch, Stored: l.db, Unstored: l.mail.Unstored, Names: l.namesIn, Numbers: l.db.Numbers, Charges: l.db.Charges, Files: l.fileDesk().open, Sent: l.sentFile, Types: l.mail.Types,
		Flows: append(slices.Concat(l.engine.Flows, l.engine.Beside), l.engine.Identify, l.engine.Survey),
	})
}

// namesIn returns the names of who has identified themselves in conversations.
func (l *loja) namesIn(ctx context.Context, sessions []string) (map[string]string, error) {
	who := make(map[string]bot.Identity, len(sessions))
	var customers []int64
	for _, session := range sessions {
		s, err := l.mail.Session(ctx, session)
		if err != nil {
			return nil, err
		}
		if s.Identity != nil {
			who[session] = *s.Identity
			customers = append(customers, s.Identity.Customer)
		}
	}
	if len(customers) == 0 {
		return nil, nil
	}
	known, err := l.db.CustomerNames(ctx, customers)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(who))
	for session, identity := range who {
		names[session] = known[identity.Customer]
	}
	return names, nil
}

// sentFile returns a file that was sent in a conversation: from where it is kept,
// or from where it is until then.
func (l *loja) sentFile(ctx context.Context, session, hash string) ([]byte, bool, error) {
	body, ok, err := l.db.File(ctx, session, hash)
	if ok || err != nil {
		return body, ok, err
	}
	return l.mail.File(ctx, session, hash)
}

// handouts returns what an attendant may send to who has identified themselves in
// a conversation.
func (l *loja) handouts(ctx context.Context, session string) ([]bot.Handout, error) {
	s, err := l.mail.Session(ctx, session)
	if err != nil || s.Identity == nil {
		return nil, err
	}
	return segundavia.Handouts(ctx, l.db, l.pix != nil || l.operator.Pix.Key != "", s.Identity.Property)
}

// documentIn returns the document of who has identified themselves in a
// conversation that is still the one of that protocol: in a later one it may be
// somebody else.
func (l *loja) documentIn(ctx context.Context, session, protocol string) (string, bool, error) {
	s, err := l.mail.Session(ctx, session)
	if err != nil || s.Identity == nil || s.Protocol != protocol {
		return "", false, err
	}
	return l.db.DocumentOf(ctx, s.Identity.Customer, s.Identity.Property)
}

// addDemoStaff adds somebody of each role to the demo, with a password that is
// the same as long as the secret is, and returns it.
func (l *loja) addDemoStaff(ctx context.Context) (password string, err error) {
	password = console.Readable(l.derive("demo staff"))
	for _, role := range store.Roles {
		if _, ok, err := l.db.StaffNamed(ctx, string(role)); ok || err != nil {
			return password, err
		}
	}
	hash, err := console.Hash(password)
	if err != nil {
		return "", err
	}
	for role, shown := range map[store.Role]string{
		store.Reader: "Lia", store.Attendant: "Ana", store.Supervisor: "Sônia", store.Officer: "Edu", store.Administrator: "Davi",
	} {
		if _, _, err := l.db.AddStaff(ctx, store.Staff{Name: string(role), Shown: shown, Role: role, Password: hash, Since: time.Now()}); err != nil {
			return "", err
		}
	}
	return password, nil
}
