package main

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/telegram"
	"lojavirtual/bot/webchat"
	"lojavirtual/bot/whatsapp"
	"lojavirtual/flows"
	"lojavirtual/flows/debitos"
	"lojavirtual/flows/document"
	"lojavirtual/store"
	"lojavirtual/store/brcode"
	"lojavirtual/store/genuine"
	"lojavirtual/store/postgres"
	"lojavirtual/store/redis"
	"lojavirtual/store/seal"
	"lojavirtual/store/taxid"
)

// A loja is a running bot: the stores, the engine and its channels.
type loja struct {
	config
	operator store.Operator
	log      *slog.Logger

	db       *postgres.DB
	mail     *redis.Mail
	web      *webchat.Chat
	weblog   *redis.Weblog
	telegram *telegram.Channel // nil without a token
	pix      *pixDesk          // nil without a bank that keeps PIX charges
	cards    *cardDesk         // nil without card companies
	engine   *bot.Engine
	metrics  *metrics
	private  stores // those that were started for it
}

// open opens the stores and builds the rest. Close the loja after use.
func open(ctx context.Context, cfg config, log *slog.Logger) (_ *loja, err error) {
	l := &loja{config: cfg, log: log}
	defer func() {
		if err != nil {
			l.Close()
		}
	}()
	if err := l.openLedger(ctx); err != nil {
		return nil, err
	}
	l.db.Seals = l.seals()
	if l.mail, err = redis.Open(ctx, cfg.RedisURL, redis.Settings{Keep: cfg.Session, Log: log}); err != nil {
		return nil, fmt.Errorf("open the Redis of LOJA_REDIS_URL: %w", err)
	}
	l.metrics = newMetrics(l.mail, l.db)
	if err := l.openChannels(); err != nil {
		return nil, err
	}
	l.engine = l.newEngine()
	return l, nil
}

// openLedger opens the database, and the bank and card companies that charges are
// paid at.
func (l *loja) openLedger(ctx context.Context) (err error) {
	if l.operator, err = readOperator(l.Operator); err != nil {
		return err
	}
	l.operator.Cards = append(l.operator.Cards, l.config.cards...)
	if l.db, err = openDatabase(ctx, l.DatabaseURL, l.operator); err != nil {
		return fmt.Errorf("open the database of LOJA_DATABASE_URL: %w", err)
	}
	l.db.JournalKey = l.derive("journal")
	if l.operator.Pix.Bank != (store.PixBank{}) {
		client, err := openBank(l.config, l.operator)
		if err != nil {
			return err
		}
		l.pix = newPixDesk(client, l.db, l.log)
	}
	l.cards, err = openCards(l.operator, l.db, l.pix, l.derive, func() string { return l.PublicURL }, l.log)
	return err
}

// openDatabase opens GSAN's database, by the rules of the operator.
func openDatabase(ctx context.Context, url string, op store.Operator) (*postgres.DB, error) {
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	db.Company = op.Febraban
	db.Deals = op.Rules.Deals
	db.Clearance = op.Rules.Clearance
	db.PlainOctober = op.Rules.PlainOctober
	db.DueDayWithoutRequest = op.Rules.DueDayWithoutRequest
	db.WorkOrders = op.Rules.WorkOrders
	db.CardReview = op.Rules.CardReview
	db.CardExpiry = op.Rules.CardExpiry
	db.TroubleRequest = op.Rules.TroubleRequest
	db.ClearingDays = op.Rules.ClearingDays
	return db, nil
}

// newEngine builds the conversations over the stores.
func (l *loja) newEngine() *bot.Engine {
	var pix flows.Pix
	switch p := l.operator.Pix; {
	case l.pix != nil:
		pix = l.pix
	case p.Key != "":
		pix = brcode.Static{Key: p.Key, Name: p.Name, City: p.City}
	}
	var card debitos.Card
	if l.cards != nil {
		card = l.cards
	}
	engine := flows.Engine(flows.Parts{
		Operator: l.operator,
		Holders:  l.db,
		Guesses:  l.guesses(),
		Bills:    l.db,
		Pix:      pix,
		Print:    l.print,
		Banks:    func() []store.Bank { return l.db.Linked(l.operator.Banks) },
		Debts:    l.db,
		State:    l.state,
		Card:     card,
		Years:    l.db,
		Declare:  l.declare,
		Payments: l.db,
		Use:      l.db,
		Deals:    l.db,
		Requests: l.db,
		DueDays:  l.db,
		Progress: l.db,
		Desk:     l.db,
		Queue:    l.mail.Queue,
		Ratings:  l.db,
		Tables:   l.db,
		Talks:    l.mail,
		Judge: genuine.Judge{
			Register: l.db, Pix: brcode.Static{Key: l.operator.Pix.Key, Name: l.operator.Pix.Name, City: l.operator.Pix.City},
			Site: func() string { return l.PublicURL }, Home: l.operator.Site, Partners: genuine.Partners(l.operator),
		},
		Doubts: l.mail.Doubts(),
		Files:  l.fileDesk(),
		Payee:  l.payee(),
	})
	engine.Believe = l.Identity
	engine.Joined = []string{"whatsapp"}
	engine.Log = l.log
	engine.Reported = l.metrics.turn
	return engine
}

// guesses counts how often people guess who they are.
func (l *loja) guesses() *redis.Guesses {
	return l.mail.Guesses(l.derive("guesses"), store.KnownRetention*24*time.Hour)
}

// print draws the PDF of a bill, sealed so that anyone can check that it is ours.
func (l *loja) print(ctx context.Context, key string, b store.BillCopy, charge store.PixCode) ([]byte, error) {
	issued, err := l.db.Issue(ctx, key, store.BillDocument, b.Property.ID, b.Bill)
	if err != nil {
		return nil, err
	}
	return document.Maker{Operator: l.operator}.Bill(b, charge, l.seal(issued))
}

// state draws a debt statement, sealed as bills are.
func (l *loja) state(ctx context.Context, key string, s store.Statement, charge store.PixCode) ([]byte, error) {
	issued, err := l.db.Issue(ctx, key, store.StatementDocument, s.Property.ID, store.Bill{Total: s.Total})
	if err != nil {
		return nil, err
	}
	return document.Maker{Operator: l.operator}.Statement(s, charge, l.seal(issued))
}

// declare draws the declaration that a year is settled, sealed as bills are.
func (l *loja) declare(ctx context.Context, key string, c store.ClearanceCopy) ([]byte, error) {
	issued, err := l.db.Issue(ctx, key, store.ClearanceDocument, c.Property.ID, store.Bill{Month: store.YearOf(c.Year), Total: c.Total()})
	if err != nil {
		return nil, err
	}
	return document.Maker{Operator: l.operator}.Clearance(c, l.seal(issued))
}

// seal is what a document says of how it is checked.
func (l *loja) seal(d store.Document) document.Seal {
	return document.Seal{Code: d.Code, Address: l.PublicURL + "/d/" + d.Code, Link: l.PublicURL + "/d/" + d.Link}
}

// openChannels builds the channels that are configured.
func (l *loja) openChannels() error {
	l.weblog = l.mail.Weblog()
	l.web = webchat.New(webchat.Config{
		Secret:  l.derive("webchat"),
		Name:    l.operator.Name,
		Phone:   l.phone(),
		Inbox:   l.mail,
		Log:     l.weblog,
		Typing:  func(ctx context.Context, person string) error { return l.mail.Typing(ctx, "web:"+person) },
		Proxies: l.Proxies,
		Secure:  strings.HasPrefix(l.PublicURL, "https:"),
		Logger:  l.log,
	})
	if l.TelegramToken == "" {
		return nil
	}
	var err error
	l.telegram, err = telegram.New(telegram.Config{Token: l.TelegramToken, APIURL: l.TelegramAPIURL, Log: l.log})
	if err != nil {
		return fmt.Errorf("LOJA_TELEGRAM_TOKEN: %w (%w)", err, errMisused)
	}
	return nil
}

// payee is who receives what people pay.
func (l *loja) payee() string {
	return fmt.Sprintf("%s, CNPJ %s", l.operator.Payee(), taxid.Print(l.operator.CNPJ))
}

func (l *loja) phone() string {
	if len(l.operator.Phones) == 0 {
		return ""
	}
	return l.operator.Phones[0].Number
}

// fileDesk reads what people send, on the channels where they can.
func (l *loja) fileDesk() *fileDesk {
	channels := map[string]fetch{"whatsapp": whatsapp.Files{HTTP: whatsappUsual.HTTP}.Fetch}
	if l.telegram != nil {
		channels["telegram"] = l.telegram.Fetch
	}
	return newFileDesk(l.log, channels)
}

// derive makes a secret of its own for each use from LOJA_SECRET.
func (c config) derive(use string) []byte {
	key, err := hkdf.Key(sha256.New, c.Secret, nil, "loja "+use, sha256.Size)
	if err != nil {
		panic(err) // only for lengths it cannot give
	}
	return key
}

// seals are the keys that sign documents and check them: those that were given,
// and the one of LOJA_SECRET, which signs where no other was given.
func (c config) seals() *seal.Ring {
	return seal.NewRing(append(slices.Clip(c.SigningKeys), seal.NewKey("LOJA_SECRET", c.derive("documents")))...)
}

// channels lists the channels that letters are posted to.
func (l *loja) channels() []bot.Channel {
	channels := []bot.Channel{l.web}
	if l.telegram != nil {
		channels = append(channels, l.telegram)
	}
	return channels
}

// Close ends what open and openDemo opened, the stores last.
func (l *loja) Close() {
	if l.telegram != nil {
		l.telegram.Close()
	}
	if l.pix != nil {
		l.pix.bank.Close()
	}
	if l.weblog != nil {
		if err := l.weblog.Close(); err != nil {
			l.log.Warn("close the web chat's log", "error", err)
		}
	}
	if l.mail != nil {
		if err := l.mail.Close(); err != nil {
			l.log.Warn("close Redis", "error", err)
		}
	}
	if l.db != nil {
		l.db.Close()
	}
	l.private.Close()
}

// graceful is how long the doors may take to close once we stop.
const graceful = 10 * time.Second

// run serves until the context ends, and stops in the order in which a message
// travels: doors and jobs, hands, posts. Started, if given, is called when all
// doors are open, with where they are.
func (l *loja) run(ctx context.Context, started func(public, staff string)) error {
	public, err := listen("LOJA_HTTP_ADDR", l.HTTPAddr)
	if err != nil {
		return err
	}
	staff, err := listen("LOJA_STAFF_ADDR", l.StaffAddr)
	if err != nil {
		_ = public.Close()
		return err
	}
	if !l.given["LOJA_PUBLIC_URL"] {
		l.PublicURL = local(public.Addr())
	}
	if !l.given["LOJA_STAFF_URL"] {
		l.StaffURL = local(staff.Addr())
	}
	watch, err := l.mail.Watch(l.guesses())
	if err != nil {
		_, _ = public.Close(), staff.Close()
		return fmt.Errorf("follow the conversations: %w", err)
	}
	defer watch.Close() //nolint:errcheck // it only reads
	links := &linker{loja: l, http: whatsappUsual.HTTP}
	defer links.Close()
	console := l.newConsole(l.StaffURL, watch, links)
	servers := []*http.Server{
		{Handler: l.publicPages(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute},
		{Handler: l.staffPages(console.Handler()), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute},
	}
	servers[0].RegisterOnShutdown(l.web.Close)
	servers[1].RegisterOnShutdown(console.Close)

	var doors, jobs, hands, posts sync.WaitGroup
	asking, stopAsking := context.WithCancel(ctx)
	defer stopAsking()
	working, stopHands := context.WithCancel(context.WithoutCancel(ctx))
	defer stopHands()
	posting, stopPosts := context.WithCancel(context.WithoutCancel(ctx))
	defer stopPosts()

	for range l.Hands {
		hands.Go(func() { l.engine.Serve(working, l.mail) }) // Take, Handle, Settle
	}
	for _, ch := range l.channels() {
		for range l.Posts {
			posts.Go(func() { bot.Post(posting, l.mail, ch, l.log, l.metrics.sent) }) // Next, Send, Sent or Failed
		}
	}
	if l.WhatsApp {
		posts.Go(func() { l.serveWhatsApp(posting) }) // receives, too: what comes in while we stop waits for the next process
	}
	failures := make(chan error, len(servers)+1)
	for i, listener := range []net.Listener{public, staff} {
		doors.Go(func() {
			if err := servers[i].Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				failures <- err
			}
		})
	}
	if l.telegram != nil {
		doors.Go(func() {
			if err := l.receiveTelegram(asking); err != nil {
				failures <- err
			}
		})
	}
	if l.pix != nil {
		for range newsReaders {
			jobs.Go(func() { l.pix.believe(asking) })
		}
		jobs.Go(func() { l.tellBank(asking) })
	}
	if l.cards != nil {
		for range newsReaders {
			jobs.Go(func() { l.cards.believe(asking) })
		}
	}
	jobs.Go(func() { l.keepJournal(asking) })
	for _, j := range l.jobs() {
		jobs.Go(func() { l.repeat(asking, j) })
	}
	l.log.Info("serving", "public", public.Addr(), "staff", staff.Addr(), "hands", l.Hands)
	if started != nil {
		started(local(public.Addr()), local(staff.Addr()))
	}

	select {
	case <-ctx.Done():
	case err = <-failures:
	}
	l.log.Info("stopping")
	stopAsking()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceful)
	defer cancel()
	for _, s := range servers { // doors: nothing more comes in
		if slow := s.Shutdown(grace); slow != nil {
			_ = s.Close()
		}
	}
	doors.Wait()
	jobs.Wait() // cut short; the next process does them anew
	stopHands()
	hands.Wait() // the turns in hand are finished
	stopPosts()
	posts.Wait() // what is left stays in Redis for the next process
	return err
}

// receiveTelegram takes what people write on Telegram, the way that is
// configured, until the context ends.
func (l *loja) receiveTelegram(ctx context.Context) error {
	if !l.TelegramWebhook {
		l.telegram.Poll(ctx, l.mail)
		return nil
	}
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := l.telegram.SetWebhook(ctx, l.PublicURL+telegramPath, l.webhookSecret())
		if err == nil || ctx.Err() != nil {
			return nil
		}
		if !bot.IsTemporary(err) {
			return fmt.Errorf("set the webhook of Telegram under LOJA_PUBLIC_URL: %w", err)
		}
		l.log.Warn("cannot set the webhook of Telegram", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

const telegramPath = "/telegram/webhook"

func (l *loja) webhookSecret() string {
	return base64.RawURLEncoding.EncodeToString(l.derive("telegram webhook"))
}

// listen opens a door; the error names the variable that says where.
func listen(variable, address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot listen on %s, choose another address or stop what uses it: %w", variable, address, err)
	}
	return listener, nil
}

// local is a door's address as a person at this machine would open it.
func local(door net.Addr) string {
	at := door.(*net.TCPAddr)
	if at.IP.IsUnspecified() || at.IP.IsLoopback() {
		return fmt.Sprintf("http://localhost:%d", at.Port)
	}
	return "http://" + at.String()
}
