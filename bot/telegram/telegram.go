// Package telegram carries messages to and from Telegram through its Bot API.
//
// Messages come in by Poll or by the webhook of Handler, whichever the operator
// chose; both acknowledge an update only after Inbox.Put. Its identifier in the
// inbox is Telegram's update id, so that one delivered again is recognised.
//
// # Why
//
// go-telegram-bot-api knows the requests' form and how to upload, and no more is
// asked of it: it has no contexts, its update loop acknowledges before anything
// is stored, and its errors hold the token. So every request goes through call,
// which gives it a context, tells errors apart and takes the token out; updates
// have a type of our own, with only the fields that are read.
//
// A letter may need several messages. Those already sent are remembered while
// the process lives; after a restart, or when the connection breaks between
// Telegram's doing and its answer, one may be sent twice.
package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"lojavirtual/bot/recent"
)

// Config is what a Channel needs to know. Only the token has no default.
type Config struct {
	Token     string        // from @BotFather; a secret
	APIURL    string        // of another Bot API server; Telegram's own if empty
	Timeout   time.Duration // of one request; 20 seconds if zero
	PerSecond int           // messages to all chats from this process; 30 if zero, which is what Telegram allows a bot
	PerChat   int           // messages a second to one chat, after a burst of five; 1 if zero
	Log       *slog.Logger  // the default one if nil
}

// A Channel is one bot on Telegram. It is safe for concurrent use.
type Channel struct {
	api     *tgbotapi.BotAPI
	base    string // of the Bot API server
	http    *http.Client
	timeout time.Duration
	log     *slog.Logger

	pace   *pace
	sent   *recent.Map[string, int]     // by letter: how many of its messages Telegram took
	files  *recent.Map[fileKey, string] // what Telegram calls the files it has
	aside  sync.WaitGroup               // courtesies under way
	places chan struct{}                // for that many courtesies at once
}

// How much is remembered, and how much goes on at once.
const (
	lettersKept  = 4096
	filesKept    = 1024
	connections  = 128
	courtesies   = 32
	courtesyTime = 5 * time.Second
)

var (
	tokenForm = regexp.MustCompile(`^\d+:[A-Za-z0-9_-]+$`)

	silence = sync.OnceFunc(func() { _ = tgbotapi.SetLogger(silent{}) }) // refuses nothing but nil
)

// silent is the logger of the client library, whose lines may hold the token.
type silent struct{}

func (silent) Println(...any)        {}
func (silent) Printf(string, ...any) {}

// New returns the channel without asking Telegram anything; Check does.
func New(cfg Config) (*Channel, error) {
	if !tokenForm.MatchString(cfg.Token) {
		return nil, errors.New("a Telegram token has the form 123456:ABC, as @BotFather gives it; this one has not")
	}
	if cfg.APIURL == "" {
		cfg.APIURL = "https://api.telegram.org"
	}
	base, err := url.Parse(cfg.APIURL)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, fmt.Errorf("the address of the Bot API server is not one: %q", cfg.APIURL)
	}
	silence()
	if cfg.Timeout == 0 {
		cfg.Timeout = 20 * time.Second
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns = connections
	transport.MaxIdleConnsPerHost = connections
	transport.MaxConnsPerHost = connections
	transport.IdleConnTimeout = 5 * time.Minute
	// with HTTP/2 all calls would hang on one connection, and go on hanging
	// when the network has silently dropped it
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(true)
	api := &tgbotapi.BotAPI{Token: cfg.Token}
	address := strings.TrimRight(cfg.APIURL, "/")
	api.SetAPIEndpoint(strings.ReplaceAll(address, "%", "%%") + "/bot%s/%s")
	return &Channel{
		api:  api,
		base: address,
		http: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		timeout: cfg.Timeout,
		log:     cfg.Log,
		pace:    newPace(cfg.PerSecond, cfg.PerChat),
		sent:    recent.New[string, int](lettersKept),
		files:   recent.New[fileKey, string](filesKept),
		places:  make(chan struct{}, courtesies),
	}, nil
}

// Name is the channel's name in messages, sessions and letters.
func (c *Channel) Name() string { return "telegram" }

// Close waits for what is done beside (a few seconds at most) and gives the
// connections back. Poll and Send must have ended.
func (c *Channel) Close() {
	c.aside.Wait()
	c.http.CloseIdleConnections()
}

// Check asks Telegram who the bot is and returns its user name. The error says
// what to do about it.
func (c *Channel) Check(ctx context.Context) (username string, err error) {
	result, err := c.call(ctx, "getMe", nil)
	switch code := codeOf(err); {
	case code == http.StatusUnauthorized, code == http.StatusNotFound:
		return "", fmt.Errorf("the token is not one of Telegram's; ask @BotFather for it with /token and set it anew: %w", err)
	case code == 0 && err != nil:
		return "", fmt.Errorf("cannot reach the Bot API; check the network, a proxy or firewall, and the server's address: %w", err)
	case err != nil:
		return "", err
	}
	var me struct {
		Username string `json:"username"`
	}
	if err := json.Unmarshal(result, &me); err != nil {
		return "", fmt.Errorf("the Bot API server answers something else; check its address: %w", err)
	}
	return me.Username, nil
}

// command is an entry of the menu that Telegram shows beside the text field.
type command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

var commands = []command{
	{"menu", "Mostrar o menu de serviços"},
	{"voltar", "Voltar à pergunta anterior"},
	{"ajuda", "Como usar este atendimento"},
	{"atendente", "Falar com um atendente"},
	{"sair", "Encerrar a conversa"},
}

// announce tells Telegram the bot's commands. A bot without them works too.
func (c *Channel) announce(ctx context.Context) {
	if _, err := c.call(ctx, "setMyCommands", tgbotapi.Params{"commands": encode(commands)}); err != nil {
		c.log.Warn("cannot set the bot's commands", "error", err)
	}
}

// courtesy makes a call that nobody waits for and whose failure changes
// nothing. It is left out when too many are under way.
func (c *Channel) courtesy(ctx context.Context, method string, params tgbotapi.Params) {
	select {
	case c.places <- struct{}{}:
	default:
		c.log.Debug("left out", "method", method)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), courtesyTime)
	c.aside.Go(func() {
		defer func() { cancel(); <-c.places }()
		if _, err := c.call(ctx, method, params); err != nil {
			c.log.Debug("not done", "method", method, "error", err)
		}
	})
}

// encode is a parameter's value as the Bot API wants structures: in JSON. What is
// given to it can always be written so.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
