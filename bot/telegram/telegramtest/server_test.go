package telegramtest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"lojavirtual/bot"
	"lojavirtual/bot/telegram"
	"lojavirtual/bot/telegram/telegramtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// call makes a request as a bot would; a parameter "@name" is a file's body.
func call(t *testing.T, server *telegramtest.Server, token, method string, params map[string]string) string {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range params {
		if file, ok := strings.CutPrefix(name, "@"); ok {
			part, err := form.CreateFormFile(file, "conta.pdf")
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(part, value)
		} else if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	_ = form.Close()
	req, err := http.NewRequest(http.MethodPost, server.URL()+"/bot"+token+"/"+method, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(answer))
}

func TestRefusesWhatTelegramRefuses(t *testing.T) {
	server := telegramtest.New(t)
	server.Chat(1)
	server.Chat(2).Block()
	if got := call(t, server, telegramtest.Token, "sendMessage", map[string]string{"chat_id": "1", "text": "primeira"}); !strings.HasPrefix(got, `{"ok":true`) {
		t.Fatal(got)
	}
	first := fmt.Sprint(server.Chat(1).Messages()[0].ID)
	button := func(fields string) string { return `{"inline_keyboard":[[{` + fields + `}]]}` }
	for name, test := range map[string]struct {
		method string
		params map[string]string
		want   string // "" if it is taken
	}{
		"a text":                {"sendMessage", map[string]string{"text": "oi"}, ""},
		"as long as can be":     {"sendMessage", map[string]string{"text": strings.Repeat("😀", 2048)}, ""},
		"too long":              {"sendMessage", map[string]string{"text": strings.Repeat("😀", 2048) + "."}, "message is too long"},
		"marks do not count":    {"sendMessage", map[string]string{"text": "<b>" + strings.Repeat("&lt;", 4096) + "</b>", "parse_mode": "HTML"}, ""},
		"empty":                 {"sendMessage", map[string]string{"text": " \n"}, "message text is empty"},
		"empty within marks":    {"sendMessage", map[string]string{"text": "<b> </b>", "parse_mode": "HTML"}, "message text is empty"},
		"broken bytes":          {"sendMessage", map[string]string{"text": "\xff"}, "must be encoded in UTF-8"},
		"unknown tag":           {"sendMessage", map[string]string{"text": "a<br>b", "parse_mode": "HTML"}, "unsupported start tag"},
		"lone <":                {"sendMessage", map[string]string{"text": "1 < 2", "parse_mode": "HTML"}, "unclosed start tag"},
		"not closed":            {"sendMessage", map[string]string{"text": "<b>a", "parse_mode": "HTML"}, "can't find end tag"},
		"closed in disorder":    {"sendMessage", map[string]string{"text": "<b><code>a</b></code>", "parse_mode": "HTML"}, "unmatched end tag"},
		"stranger":              {"sendMessage", map[string]string{"chat_id": "99", "text": "oi"}, "chat not found"},
		"blocked":               {"sendMessage", map[string]string{"chat_id": "2", "text": "oi"}, "blocked by the user"},
		"data, 64 bytes":        {"sendMessage", map[string]string{"text": "oi", "reply_markup": button(`"text":"a","callback_data":"` + strings.Repeat("x", 64) + `"`)}, ""},
		"data, 65 bytes":        {"sendMessage", map[string]string{"text": "oi", "reply_markup": button(`"text":"a","callback_data":"` + strings.Repeat("x", 65) + `"`)}, "BUTTON_DATA_INVALID"},
		"no data":               {"sendMessage", map[string]string{"text": "oi", "reply_markup": button(`"text":"a","callback_data":""`)}, "BUTTON_DATA_INVALID"},
		"button without effect": {"sendMessage", map[string]string{"text": "oi", "reply_markup": button(`"text":"a"`)}, "text buttons are unallowed"},
		"button without text":   {"sendMessage", map[string]string{"text": "oi", "reply_markup": button(`"text":"","callback_data":"x"`)}, "button text is empty"},
		"button of two kinds":   {"sendMessage", map[string]string{"text": "oi", "reply_markup": button(`"text":"a","callback_data":"x","url":"https://a.br"`)}, "text buttons are unallowed"},
		"copy, 256":             {"sendMessage", map[string]string{"text": "oi", "reply_markup": button(`"text":"a","copy_text":{"text":"` + strings.Repeat("1", 256) + `"}`)}, ""},
		"copy, 257":             {"sendMessage", map[string]string{"text": "oi", "reply_markup": button(`"text":"a","copy_text":{"text":"` + strings.Repeat("1", 257) + `"}`)}, "BUTTON_COPY_TEXT_INVALID"},
		"address":               {"sendMessage", map[string]string{"text": "oi", "reply_markup": button(`"text":"a","url":"https://deso.example.org/x"`)}, ""},
		"no address":            {"sendMessage", map[string]string{"text": "oi", "reply_markup": button(`"text":"a","url":"http://localhost:8080"`)}, "Wrong HTTP URL"},
		"not a keyboard":        {"sendMessage", map[string]string{"text": "oi", "reply_markup": `[]`}, "object expected"},
		"101 buttons":           {"sendMessage", map[string]string{"text": "oi", "reply_markup": `{"inline_keyboard":[` + strings.Repeat(`[{"text":"a","callback_data":"x"}],`, 100) + `[{"text":"a","callback_data":"x"}]]}`}, "too long"},
		"edit without change":   {"editMessageText", map[string]string{"message_id": first, "text": "primeira"}, "message is not modified"},
		"edit of nothing":       {"editMessageText", map[string]string{"message_id": "5", "text": "x"}, "message to edit not found"},
		"document":              {"sendDocument", map[string]string{"@document": "%PDF"}, ""},
		"empty document":        {"sendDocument", map[string]string{"@document": ""}, "must be non-empty"},
		"no document":           {"sendDocument", nil, "there is no document"},
		"unknown document":      {"sendDocument", map[string]string{"document": "abc"}, "wrong remote file identifier"},
		"caption":               {"sendDocument", map[string]string{"@document": "%PDF", "caption": strings.Repeat("é", 1025)}, "caption is too long"},
		"not a photo":           {"sendPhoto", map[string]string{"@photo": "%PDF"}, "IMAGE_PROCESS_FAILED"},
		"unknown press":         {"answerCallbackQuery", map[string]string{"callback_query_id": "5"}, "query is too old"},
		"command":               {"setMyCommands", map[string]string{"commands": `[{"command":"Menu","description":"x"}]`}, "BOT_COMMAND_INVALID"},
		"secret":                {"setWebhook", map[string]string{"url": "https://a.br", "secret_token": "a b"}, "unallowed characters"},
		"unknown method":        {"sendHologram", nil, "Not Found"},
	} {
		t.Run(name, func(t *testing.T) {
			params := map[string]string{"chat_id": "1"}
			for k, v := range test.params {
				params[k] = v
			}
			got := call(t, server, telegramtest.Token, test.method, params)
			if taken := strings.HasPrefix(got, `{"ok":true`); taken != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %.300s, want %q", got, test.want)
			}
		})
	}
	if got := call(t, server, "1:other", "getMe", nil); !strings.Contains(got, "Unauthorized") {
		t.Errorf("another token: %s", got)
	}
	resp, err := http.PostForm(server.URL()+"/bot"+telegramtest.Token+"/sendMessage", url.Values{"chat_id": {"1"}, "text": {"de um formulário"}})
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	_ = resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
}

// echo is an inbox that answers each message by itself.
type echo struct {
	bot.Inbox
	channel *telegram.Channel
}

func (e echo) Put(ctx context.Context, m bot.Message) error {
	r := bot.Reply{Text: "Você disse: " + bot.Escape(m.Text+m.Choice), Options: []string{"Sim", "Não"}, Key: "k"}
	return e.channel.Send(ctx, bot.Letter{ID: m.ID, To: m.From, Reply: r})
}

func TestPerson(t *testing.T) {
	server := telegramtest.New(t)
	c, err := telegram.New(telegram.Config{Token: telegramtest.Token, APIURL: server.URL(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Poll(ctx, echo{channel: c})
	}()
	defer func() { cancel(); <-done; c.Close() }()

	maria := server.Chat(4711)
	maria.Say("*oi*")
	if got := maria.Next().Text; got != "Você disse: *oi*" {
		t.Errorf("got %q", got)
	}
	maria.Press("Não")
	if got := maria.Next().Text; got != "Você disse: Não" {
		t.Errorf("got %q", got)
	}
	maria.PressOn(maria.Messages()[0], "Sim")
	maria.WaitText("disse: Sim")
	const want = "> *oi*\n< Você disse: *oi*\n  [Sim] [Não]\n< Você disse: Não\n  [Sim] [Não]\n< Você disse: Sim\n  [Sim] [Não]\n"
	if got := maria.Transcript(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
