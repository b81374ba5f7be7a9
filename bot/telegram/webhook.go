package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"regexp"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"lojavirtual/bot"
)

const (
	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
	updateLimit  = 1 << 20
)

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

var errSecret = errors.New("the webhook's secret must be 1 to 256 letters, digits, _ or -")

// SetWebhook has Telegram post updates to the address (https) with the secret
// of Handler: 1 to 256 letters, digits, _ or -.
func (c *Channel) SetWebhook(ctx context.Context, address, secret string) error {
	if !secretForm.MatchString(secret) {
		return errSecret
	}
	c.announce(ctx)
	_, err := c.call(ctx, "setWebhook", tgbotapi.Params{
		"url": address, "secret_token": secret, "allowed_updates": allowed,
	})
	return err
}

// Handler takes what Telegram posts to the webhook, up to 1 MiB, and answers 200
// once the inbox has it. While the inbox fails it answers 503, and Telegram
// posts the same again. It panics if the secret is not one for SetWebhook.
func (c *Channel) Handler(secret string, inbox bot.Inbox) http.Handler {
	if !secretForm.MatchString(secret) {
		panic(errSecret)
	}
	want := sha256.Sum256([]byte(secret))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := sha256.Sum256([]byte(r.Header.Get(secretHeader)))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "only POST", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, updateLimit))
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		var u update
		if err != nil || c.decode(body, &u) != nil || u.ID == 0 {
			http.Error(w, "not an update", http.StatusBadRequest)
			return
		}
		if err := c.accept(r.Context(), inbox, u); err != nil {
			c.log.Warn("cannot receive a message, Telegram will post it again", "error", err)
			http.Error(w, "try again", http.StatusServiceUnavailable)
		}
	})
}
