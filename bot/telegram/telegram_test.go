package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lojavirtual/bot"
	"lojavirtual/bot/telegram"
	"lojavirtual/bot/telegram/telegramtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorder is the near end of an inbox: it keeps what was put, once each.
type recorder struct {
	bot.Inbox
	mu    sync.Mutex
	list  []bot.Message
	tries int
	fail  []error // of the next calls; nil for none
}

func (r *recorder) Put(_ context.Context, m bot.Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries++
	if len(r.fail) > 0 {
		err := r.fail[0]
		r.fail = r.fail[1:]
		if err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(r.list, func(known bot.Message) bool { return known.ID == m.ID }) {
		r.list = append(r.list, m)
	}
	return nil
}

func (r *recorder) got() []bot.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

func (r *recorder) texts() []string {
	var list []string
	for _, m := range r.got() {
		list = append(list, m.Text)
	}
	return list
}

// outage is an error that may go away.
type outage struct{}

func (outage) Error() string   { return "the store is away" }
func (outage) Temporary() bool { return true }

// journal is a log that a test can read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// fast has no limits of its own, so that tests need not wait.
func fast(server *telegramtest.Server) telegram.Config {
	return telegram.Config{
		Token: telegramtest.Token, APIURL: server.URL(),
		PerSecond: 1_000_000, PerChat: 1_000_000, Log: slog.New(slog.DiscardHandler),
	}
}

func open(t testing.TB, cfg telegram.Config) *telegram.Channel {
	t.Helper()
	c, err := telegram.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// poll polls until the test, or the returned function, ends it.
func poll(t testing.TB, c *telegram.Channel, inbox bot.Inbox) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Poll(ctx, inbox)
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// send delivers replies as bot.Post does: each until it is taken or given up.
func send(t testing.TB, c *telegram.Channel, to *telegramtest.Chat, replies ...bot.Reply) (tries int) {
	t.Helper()
	for i, r := range replies {
		l := bot.Letter{ID: fmt.Sprintf("%s:%d:%d", t.Name(), to.ID(), i), Channel: "telegram", To: fmt.Sprint(to.ID()), Reply: r}
		for ; ; l.Tries++ {
			tries++
			err := c.Send(context.Background(), l)
			if err == nil {
				break
			}
			if !bot.IsTemporary(err) || l.Tries == 10 {
				t.Fatalf("letter %d: %v", i, err)
			}
			wait := 10 * time.Millisecond
			var asked interface{ RetryAfter() time.Duration }
			if errors.As(err, &asked) {
				wait = max(wait, asked.RetryAfter())
			}
			time.Sleep(wait)
		}
	}
	return tries
}

func private(content string) string {
	return `"message":{"message_id":7,"date":1764072000,"from":{"id":4711},"chat":{"id":4711,"type":"private"},` + content + `}`
}

func pressed(message, data string) string {
	return `"callback_query":{"id":"q1","from":{"id":4711},"data":"` + data + `","message":` + message + `}`
}

const keyboard = `{"message_id":9,"date":1764072000,"chat":{"id":4711,"type":"private"},"text":"?","reply_markup":{"inline_keyboard":[` +
	`[{"text":"Sim","callback_data":"k:1:0:0"},{"text":"✅ 2. Não","callback_data":"k:1:1:7"}],[{"text":"Site","url":"https://deso.example.org"}]]}}`

func TestWhatIsReadOfAnUpdate(t *testing.T) {
	said := func(text string, media *bot.Media) *bot.Message {
		return &bot.Message{ID: "55", Channel: "telegram", From: "4711", Text: text, Media: media}
	}
	chose := func(choice, asked, message string) *bot.Message {
		return &bot.Message{ID: "55", Channel: "telegram", From: "4711", Choice: choice, Asked: asked, Pressed: message}
	}
	for name, test := range map[string]struct {
		update string
		want   *bot.Message
	}{
		"text":             {private(`"text":"oi, *tudo* bem?"`), said("oi, *tudo* bem?", nil)},
		"start":            {private(`"text":"/start 2via"`), said("/start 2via", nil)},
		"command":          {private(`"text":"/menu"`), said("/menu", nil)},
		"command to us":    {private(`"text":"/menu@deso_bot por favor"`), said("/menu por favor", nil)},
		"not a command":    {private(`"text":"maria@example.org"`), said("maria@example.org", nil)},
		"photo":            {private(`"caption":"o hidrômetro","photo":[{"file_id":"s"},{"file_id":"l"}]`), said("o hidrômetro", &bot.Media{Kind: "photo", Ref: "l"})},
		"voice":            {private(`"voice":{"file_id":"v"}`), said("", &bot.Media{Kind: "voice", Ref: "v"})},
		"audio":            {private(`"audio":{"file_id":"a"}`), said("", &bot.Media{Kind: "voice", Ref: "a"})},
		"place":            {private(`"location":{"latitude":-10.9,"longitude":-37.05},"venue":{}`), said("", &bot.Media{Kind: "place", Lat: -10.9, Lon: -37.05})},
		"document":         {private(`"document":{"file_id":"d"}`), said("", &bot.Media{Kind: "document", Ref: "d"})},
		"sticker":          {private(`"sticker":{"file_id":"k"}`), said("", &bot.Media{Kind: "sticker", Ref: "k"})},
		"contact":          {private(`"contact":{"phone_number":"1"}`), said("", &bot.Media{Kind: "contact"})},
		"video":            {private(`"video":{"file_id":"v"}`), said("", &bot.Media{Kind: "video", Ref: "v"})},
		"of the future":    {private(`"hologram":{"file_id":"h"}`), said("", &bot.Media{Kind: "other"})},
		"pinned":           {private(`"pinned_message":{"message_id":3}`), nil},
		"press":            {pressed(keyboard, "k:1:0:0"), chose("Sim", "k:1", "9")},
		"press of a mark":  {pressed(keyboard, "k:1:1:7"), chose("Não", "k:1", "9")},
		"press made up":    {pressed(keyboard, "k:2:0:0"), chose("", "old", "9")},
		"press, no data":   {pressed(keyboard, ""), chose("", "old", "9")},
		"press, withheld":  {pressed(`{"message_id":9,"date":0,"chat":{"id":4711,"type":"private"}}`, "k:1:0:0"), chose("", "old", "9")},
		"press, no more":   {`"callback_query":{"id":"q1","from":{"id":4711},"data":"k:1:0:0"}`, chose("", "old", "")},
		"group":            {`"message":{"message_id":7,"date":1,"chat":{"id":-5,"type":"group"},"text":"oi"}`, nil},
		"press in a group": {`"callback_query":{"id":"q1","from":{"id":4711},"data":"k","message":{"message_id":1,"chat":{"id":-5,"type":"group"}}}`, nil},
		"edited":           {`"edited_message":{"message_id":7,"chat":{"id":4711,"type":"private"},"text":"oi"}`, &bot.Message{ID: "55", Channel: "telegram", From: "4711", Change: "edited"}},
		"moving place":     {`"edited_message":{"message_id":7,"chat":{"id":4711,"type":"private"},"location":{"latitude":-10.9}}`, nil},
		"blocked":          {`"my_chat_member":{"chat":{"id":4711,"type":"private"},"new_chat_member":{"status":"kicked"}}`, nil},
		"reaction":         {`"message_reaction":{"chat":{"id":4711,"type":"private"}}`, nil},
		"unreadable field": {`"message":{"message_id":7,"chat":"private","text":{}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			inbox := &recorder{}
			c := open(t, fast(telegramtest.New(t)))
			if code := post(c.Handler("s3cret", inbox), "s3cret", `{"update_id":55,`+test.update+`}`); code != http.StatusOK {
				t.Fatalf("answered %d", code)
			}
			got := inbox.got()
			if test.want == nil {
				if len(got) != 0 {
					t.Fatalf("put %+v", got)
				}
				return
			}
			if len(got) != 1 {
				t.Fatalf("put %d messages", len(got))
			}
			if late := time.Since(got[0].At); late < 0 || late > time.Minute { // when it came, not when it was written
				t.Errorf("it came %v ago", late)
			}
			got[0].At = time.Time{}
			if !equal(got[0], *test.want) {
				t.Errorf("got  %+v %+v\nwant %+v %+v", got[0], got[0].Media, *test.want, test.want.Media)
			}
		})
	}
}

func equal(a, b bot.Message) bool {
	if (a.Media == nil) != (b.Media == nil) || a.Media != nil && *a.Media != *b.Media {
		return false
	}
	a.Media, b.Media = nil, nil
	return a == b
}

func post(h http.Handler, secret, body string) int {
	r := httptest.NewRequest(http.MethodPost, "/telegram/webhook", strings.NewReader(body))
	if secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestWebhookRefuses(t *testing.T) {
	c := open(t, fast(telegramtest.New(t)))
	update := `{"update_id":55,` + private(`"text":"oi"`) + `}`
	for name, test := range map[string]struct {
		secret, body string
		fail         error
		code, put    int
	}{
		"no secret":    {"", update, nil, 401, 0},
		"wrong secret": {"s3creT", update, nil, 401, 0},
		"too large":    {"s3cret", update + strings.Repeat(" ", 1<<20), nil, 413, 0},
		"not JSON":     {"s3cret", update[1:], nil, 400, 0},
		"no update":    {"s3cret", `{}`, nil, 400, 0},
		"inbox away":   {"s3cret", update, outage{}, 503, 0},
		"inbox broken": {"s3cret", update, errors.New("bug"), 503, 0},
		"flood":        {"s3cret", update, bot.ErrFlood, 200, 0},
		"right":        {"s3cret", update, nil, 200, 1},
	} {
		t.Run(name, func(t *testing.T) {
			inbox := &recorder{}
			if test.fail != nil {
				inbox.fail = []error{test.fail}
			}
			if code := post(c.Handler("s3cret", inbox), test.secret, test.body); code != test.code {
				t.Errorf("answered %d, want %d", code, test.code)
			}
			if got := inbox.got(); len(got) != test.put {
				t.Errorf("put %+v", got)
			}
		})
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", "s3cret")
	w := httptest.NewRecorder()
	c.Handler("s3cret", &recorder{}).ServeHTTP(w, r)
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET is answered %d", w.Code)
	}
}

func TestWebhookEndToEnd(t *testing.T) {
	server := telegramtest.New(t)
	server.Duplicate()
	c := open(t, fast(server))
	inbox := &recorder{fail: []error{outage{}, outage{}}}
	door := httptest.NewServer(c.Handler("s3cret", inbox))
	t.Cleanup(door.Close)
	if err := c.SetWebhook(context.Background(), door.URL, "not a secret!"); err == nil {
		t.Error("a secret that Telegram refuses was taken")
	}
	if err := c.SetWebhook(context.Background(), door.URL, "s3cret"); err != nil {
		t.Fatal(err)
	}
	maria := server.Chat(4711)
	maria.Say("um")
	maria.Say("dois")
	maria.Say("três")
	server.Until("all is delivered", func() bool { return server.Waiting() == 0 })
	if got, want := inbox.texts(), []string{"um", "dois", "três"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if want := []string{"menu", "voltar", "ajuda", "atendente", "sair"}; !slices.Equal(server.Commands(), want) {
		t.Errorf("commands %q", server.Commands())
	}
}

func TestPollLosesNothing(t *testing.T) {
	server := telegramtest.New(t)
	server.Duplicate()
	server.Fail("deleteWebhook", telegramtest.Status(502), telegramtest.ResetBefore())
	server.Fail("setMyCommands", telegramtest.Status(502))
	server.Fail("getUpdates",
		telegramtest.Status(502), telegramtest.ResetBefore(), telegramtest.ResetAfter(), telegramtest.TooMany(1),
		telegramtest.Says(409, "Conflict: terminated by other getUpdates request"))
	c := open(t, fast(server))
	maria, joao := server.Chat(1), server.Chat(2)
	var want []string
	for i := range 6 {
		want = append(want, fmt.Sprint("m", i), fmt.Sprint("j", i))
		maria.Say(fmt.Sprint("m", i))
		joao.Say(fmt.Sprint("j", i))
	}
	// in the middle of a batch: what came before is not lost, what comes after does not overtake it
	inbox := &recorder{fail: []error{nil, nil, outage{}, errors.New("bug"), outage{}}}
	poll(t, c, inbox)
	server.Until("all is confirmed", func() bool { return server.Waiting() == 0 })
	if got := inbox.texts(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestOffsetMovesOnlyAfterPut(t *testing.T) {
	server := telegramtest.New(t)
	inbox := &recorder{fail: slices.Repeat([]error{outage{}}, 3)}
	id := server.Chat(1).Say("oi")
	stop := poll(t, open(t, fast(server)), inbox)
	server.Until("the inbox has failed", func() bool { inbox.mu.Lock(); defer inbox.mu.Unlock(); return inbox.tries >= 2 })
	if server.Waiting() != 1 {
		t.Error("the update was confirmed before the inbox had it")
	}
	stop()

	// another process goes on; it may get what the inbox has already
	poll(t, open(t, fast(server)), inbox)
	server.Until("the update is confirmed", func() bool { return server.Waiting() == 0 })
	if got := inbox.got(); len(got) != 1 || got[0].ID != fmt.Sprint(id) {
		t.Errorf("put %+v", got)
	}
}

func TestFloodStopsNobodyElse(t *testing.T) {
	server := telegramtest.New(t)
	inbox := &recorder{fail: []error{bot.ErrFlood}}
	server.Chat(1).Say("!!!")
	server.Chat(2).Say("oi")
	poll(t, open(t, fast(server)), inbox)
	server.Until("all is confirmed", func() bool { return server.Waiting() == 0 })
	if got := inbox.texts(); !slices.Equal(got, []string{"oi"}) {
		t.Errorf("put %q", got)
	}
}

func TestPollAfterASilentWeek(t *testing.T) {
	server := telegramtest.New(t)
	inbox := &recorder{}
	poll(t, open(t, fast(server)), inbox)
	maria := server.Chat(1)
	maria.Say("oi")
	server.Until("the update is confirmed", func() bool { return len(inbox.got()) == 1 && server.Waiting() == 0 })
	asked := server.Calls("getUpdates")
	server.SilentWeek()
	server.Until("the bot asks again", func() bool { return server.Calls("getUpdates") > asked })
	maria.Say("voltei")
	server.Until("the message is there", func() bool { return len(inbox.got()) == 2 && server.Waiting() == 0 })
}

func TestPollTakesTheBotFromItsWebhook(t *testing.T) {
	server := telegramtest.New(t)
	c := open(t, fast(server))
	nowhere := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(nowhere.Close)
	if err := c.SetWebhook(context.Background(), nowhere.URL, "s3cret"); err != nil {
		t.Fatal(err)
	}
	server.Chat(1).Say("oi")
	inbox := &recorder{}
	poll(t, c, inbox)
	server.Until("the message is there", func() bool { return len(inbox.got()) == 1 })

	// and again when someone sets it while we poll
	if err := c.SetWebhook(context.Background(), nowhere.URL, "s3cret"); err != nil {
		t.Fatal(err)
	}
	server.Chat(1).Say("oi de novo")
	server.Until("the second message is there", func() bool { return len(inbox.got()) == 2 })
}

func TestPressingIsAcknowledgedBesideTheInbox(t *testing.T) {
	server := telegramtest.New(t)
	c := open(t, fast(server))
	inbox := &recorder{}
	poll(t, c, inbox)
	maria := server.Chat(4711)
	send(t, c, maria, bot.Reply{Text: "PDF ou Pix?", Options: []string{"PDF", "Pix"}, Key: "s1:2"})
	held, release := telegramtest.Hold()
	server.Fail("answerCallbackQuery", held)
	maria.Press("Pix")
	server.Until("the press is put and its acknowledgement under way", func() bool {
		return len(inbox.got()) == 1 && server.Calls("answerCallbackQuery") == 1
	})
	if !release() {
		t.Error("the inbox had to wait for the acknowledgement")
	}
	maria.Press("PDF")
	server.Until("the other press is acknowledged", func() bool { return server.Unanswered() == 1 })
	maria.PressGone(maria.Messages()[0], "PDF")
	server.Until("all are put", func() bool { return len(inbox.got()) == 3 })
	var got []string
	for _, m := range inbox.got() {
		got = append(got, m.Choice+" "+m.Asked)
	}
	if want := []string{"Pix s1:2", "PDF s1:2", " old"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGroupsAreLeft(t *testing.T) {
	server := telegramtest.New(t)
	inbox := &recorder{}
	poll(t, open(t, fast(server)), inbox)
	server.Deliver(`"my_chat_member":{"chat":{"id":-5,"type":"group"},"new_chat_member":{"status":"member"}}`)
	server.Deliver(`"message":{"message_id":7,"date":1,"chat":{"id":-6,"type":"supergroup"},"text":"oi"}`)
	server.Deliver(`"my_chat_member":{"chat":{"id":-5,"type":"group"},"new_chat_member":{"status":"left"}}`)
	server.Until("both groups are left", func() bool { return server.Waiting() == 0 && len(server.Left()) == 2 })
	if len(inbox.got()) != 0 {
		t.Errorf("put %+v", inbox.got())
	}
}

func TestMediaEndToEnd(t *testing.T) {
	server := telegramtest.New(t)
	inbox := &recorder{}
	poll(t, open(t, fast(server)), inbox)
	maria := server.Chat(4711)
	maria.SendPhoto([]byte("JPEG"), "vazamento")
	maria.SendPlace(-10.9, -37.05)
	maria.SendVoice()
	maria.SendSticker()
	maria.SendDocument("rg.pdf", []byte("%PDF"), "")
	maria.Block()
	maria.Unblock()
	server.Until("all is confirmed", func() bool { return server.Waiting() == 0 })
	var kinds []string
	for _, m := range inbox.got() {
		kinds = append(kinds, m.Media.Kind)
	}
	if want := []string{"photo", "place", "voice", "sticker", "document"}; !slices.Equal(kinds, want) {
		t.Errorf("got %q, want %q", kinds, want)
	}
}

// TestFetch gets what a person sent, and what cannot be had.
func TestFetch(t *testing.T) {
	server := telegramtest.New(t)
	inbox := &recorder{}
	channel := open(t, fast(server))
	poll(t, channel, inbox)
	maria := server.Chat(4711)
	photo, document, huge := []byte("the photo"), []byte("%PDF"), make([]byte, 20<<20+1)
	maria.SendPhoto(photo, "")
	maria.SendDocument("conta 1.pdf", document, "")
	maria.SendDocument("filme.mp4", huge, "")
	server.Until("all is confirmed", func() bool { return server.Waiting() == 0 })
	refs := []string{}
	for _, m := range inbox.got() {
		refs = append(refs, m.Media.Ref)
	}
	for i, c := range []struct {
		limit int64
		want  []byte
		err   error
	}{
		{9, photo, nil}, {100, document, nil}, {100 << 20, nil, bot.ErrFileTooLarge},
	} {
		if got, err := channel.Fetch(t.Context(), refs[i], c.limit); !bytes.Equal(got, c.want) || !errors.Is(err, c.err) {
			t.Errorf("file %d: %q, %v", i, got, err)
		}
	}
	if got, err := channel.Fetch(t.Context(), refs[0], 8); got != nil || !errors.Is(err, bot.ErrFileTooLarge) {
		t.Errorf("a byte too long: %q, %v", got, err)
	}
	server.ForgetFiles()
	if got, err := channel.Fetch(t.Context(), refs[0], 9); got != nil || !errors.Is(err, bot.ErrFileGone) {
		t.Errorf("forgotten: %q, %v", got, err)
	}
}

// TestFetchFails gets files from a server that keeps its word badly.
func TestFetchFails(t *testing.T) {
	for name, c := range map[string]struct {
		file string // what getFile answers
		give http.HandlerFunc
		want error // nil for one that may pass
	}{
		"longer than it said": {`{"file_path":"a/b","file_size":3}`, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(make([]byte, 1000))
		}, bot.ErrFileTooLarge},
		"not there":       {`{"file_path":"a/b"}`, http.NotFound, bot.ErrFileGone},
		"no path":         {`{}`, http.NotFound, bot.ErrFileGone},
		"on its own disk": {`{"file_path":"/var/lib/telegram-bot-api/b"}`, http.NotFound, bot.ErrFileGone},
		"no JSON":         {`"?"`, http.NotFound, nil},
		"a gateway": {`{"file_path":"a/b"}`, func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, r.URL.Path, http.StatusBadGateway)
		}, nil},
		"elsewhere": {`{"file_path":"a/b"}`, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1"+r.URL.Path, http.StatusFound)
		}, nil},
		"it breaks": {`{"file_path":"a/b"}`, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil},
		"it hangs":  {`{"file_path":"a/b"}`, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.HandleFunc("/bot"+telegramtest.Token+"/getFile", func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprintf(w, `{"ok":true,"result":%s}`, c.file)
			})
			mux.HandleFunc("/file/bot"+telegramtest.Token+"/", c.give)
			server := httptest.NewServer(mux)
			defer server.Close()
			channel := open(t, telegram.Config{Token: telegramtest.Token, APIURL: server.URL + "/", Timeout: 500 * time.Millisecond})
			got, err := channel.Fetch(t.Context(), "ref", 100)
			if got != nil || err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Fatalf("%q, %v", got, err)
			}
			if final := errors.Is(err, bot.ErrFileGone) || errors.Is(err, bot.ErrFileTooLarge); bot.IsTemporary(err) == final {
				t.Errorf("temporary: %t, %v", !final, err)
			}
			if strings.Contains(err.Error(), telegramtest.Token) {
				t.Errorf("the token is told: %v", err)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	server := telegramtest.New(t)
	if name, err := open(t, fast(server)).Check(context.Background()); err != nil || name != telegramtest.Username {
		t.Errorf("got %q, %v", name, err)
	}
	other := fast(server)
	other.Token = "1:another"
	if _, err := open(t, other).Check(context.Background()); err == nil || !strings.Contains(err.Error(), "@BotFather") {
		t.Errorf("an unknown token: %v", err)
	}
	away := fast(server)
	away.APIURL = "http://127.0.0.1:1"
	if _, err := open(t, away).Check(context.Background()); err == nil || !strings.Contains(err.Error(), "network") {
		t.Errorf("an unreachable server: %v", err)
	}
	for _, cfg := range []telegram.Config{{}, {Token: "secret"}, {Token: "1:a/b"}, {Token: "1:a", APIURL: "localhost"}, {Token: "1:a", APIURL: "ftp://x"}} {
		if _, err := telegram.New(cfg); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}

// TestTokenIsNeverTold makes every kind of failure and looks for the token.
func TestTokenIsNeverTold(t *testing.T) {
	var log journal
	old := slog.Default()
	slog.SetDefault(log.logger())
	defer slog.SetDefault(old)
	stderr := capture(t)

	server := telegramtest.New(t)
	cfg := fast(server)
	cfg.Log = log.logger()
	cfg.Timeout = 100 * time.Millisecond
	working := open(t, cfg)
	cfg.APIURL = "http://127.0.0.1:1"
	refused := open(t, cfg)
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"ok":false,"error_code":400,"description":"Bad Request: cannot do %s"}`, r.URL.Path)
	}))
	t.Cleanup(echo.Close)
	cfg.APIURL = echo.URL
	echoing := open(t, cfg)
	away := httptest.NewServer(http.RedirectHandler("http://127.0.0.1:1/elsewhere", http.StatusFound))
	t.Cleanup(away.Close)
	cfg.APIURL = away.URL
	redirected := open(t, cfg)

	maria := server.Chat(1)
	document := bot.Reply{Document: &bot.Document{Name: "conta.pdf", Body: []byte("%PDF")}}
	faults := []telegramtest.Fault{
		telegramtest.Hang(time.Hour), telegramtest.ResetBefore(), telegramtest.Status(502),
		telegramtest.TooMany(0), telegramtest.Says(400, "Bad Request: no"), telegramtest.Says(401, "Unauthorized"),
	}
	server.Fail("sendMessage", faults...)
	server.Fail("sendDocument", faults...)
	var errs []error
	for _, c := range []*telegram.Channel{working, refused, echoing, redirected} {
		_, err := c.Check(context.Background())
		if c != working {
			errs = append(errs, err)
		}
		for range faults {
			for _, r := range []bot.Reply{{Text: "oi"}, document} {
				errs = append(errs, c.Send(context.Background(), bot.Letter{ID: "1", To: fmt.Sprint(maria.ID()), Reply: r}))
			}
		}
		if c != working {
			ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
			c.Poll(ctx, &recorder{})
			cancel()
		}
	}
	for _, err := range errs {
		if err == nil {
			t.Error("something did not fail")
		} else if told := fmt.Sprintf("%v %+v", err, err); strings.Contains(told, "telegramtest_Secret") {
			t.Errorf("the token is told: %s", told)
		}
	}
	if log.String() == "" {
		t.Error("nothing was logged, so that this test shows nothing")
	}
	for what, text := range map[string]string{"log": log.String(), "standard error": stderr()} {
		if strings.Contains(text, "telegramtest_Secret") {
			t.Errorf("the token is in the %s:\n%s", what, text)
		}
	}
}

// capture returns what is written to standard error, up to its call.
func capture(t *testing.T) func() string {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "stderr")
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stderr
	os.Stderr = file
	return func() string {
		os.Stderr = old
		text, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		_ = file.Close()
		return string(text)
	}
}
