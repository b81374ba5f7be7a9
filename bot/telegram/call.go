package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"lojavirtual/bot"
)

// answerLimit is far above a hundred updates.
const answerLimit = 16 << 20

// call makes one request, with the channel's time limit, and returns its
// result. Its error is always a *failure.
func (c *Channel) call(ctx context.Context, method string, params tgbotapi.Params, files ...tgbotapi.RequestFile) (json.RawMessage, error) {
	return c.callWithin(ctx, c.timeout, method, params, files...)
}

func (c *Channel) callWithin(ctx context.Context, limit time.Duration, method string, params tgbotapi.Params, files ...tgbotapi.RequestFile) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	api := *c.api
	api.Client = exchange{ctx, c.http}

	var answer *tgbotapi.APIResponse
	var err error
	if len(files) == 0 {
		answer, err = api.MakeRequest(method, params)
	} else {
		// an upload may go on reading its parameters after the answer
		answer, err = api.UploadFiles(method, maps.Clone(params), files)
	}
	if err == nil {
		return answer.Result, nil
	}
	return nil, c.fail(method, answer, err)
}

// exchange is the client library's HTTP client for one request.
type exchange struct {
	ctx    context.Context
	client *http.Client
}

// Do reads the whole answer, so that the connection can be used again, and
// refuses what comes from a gateway instead of the Bot API.
func (e exchange) Do(req *http.Request) (*http.Response, error) {
	resp, err := e.client.Do(req.WithContext(e.ctx))
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if resp.StatusCode >= http.StatusInternalServerError || !json.Valid(body) {
		return nil, fmt.Errorf("the server answers %s", resp.Status)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// A failure is why a request was not done. Its text does not hold the token.
type failure struct {
	method string
	code   int           // Telegram's; 0 if it was not reached or not understood
	reason string        // what Telegram says about it
	after  time.Duration // how long Telegram asks us to wait
	cause  error
}

// fail sorts what the client library returned.
func (c *Channel) fail(method string, answer *tgbotapi.APIResponse, err error) *failure {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err // the rest of it is the address, with the token
	}
	f := &failure{method: method, reason: strings.ReplaceAll(err.Error(), c.api.Token, "TOKEN")}
	var told *tgbotapi.Error
	switch {
	case errors.As(err, &told) && answer != nil:
		f.code = answer.ErrorCode // Error.Code is not set after an upload
		f.after = time.Duration(told.RetryAfter) * time.Second
		if f.gone() {
			f.cause = bot.ErrBlocked
		}
	case errors.Is(err, context.Canceled):
		f.cause = context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		f.cause = context.DeadlineExceeded
	}
	return f
}

// Error tells which request failed, and how.
func (f *failure) Error() string { return "telegram " + f.method + ": " + f.reason }

// Unwrap gives bot.ErrBlocked, the context's error, or nil.
func (f *failure) Unwrap() error { return f.cause }

// RetryAfter is how long Telegram asks us to wait, or zero.
func (f *failure) RetryAfter() time.Duration { return f.after }

// Temporary tells whether the same request may succeed later. A refused token
// counts as such: the operator will set the right one.
func (f *failure) Temporary() bool {
	switch f.code {
	case 0, http.StatusUnauthorized, http.StatusNotFound, http.StatusConflict, http.StatusTooManyRequests:
		return true
	}
	return f.code >= http.StatusInternalServerError
}

// gone tells whether the person has blocked us or is not there any more.
func (f *failure) gone() bool {
	return f.code == http.StatusForbidden || f.code == http.StatusBadRequest &&
		f.says("chat not found", "user is deactivated", "USER_IS_BLOCKED", "INPUT_USER_DEACTIVATED", "PEER_ID_INVALID")
}

func (f *failure) says(words ...string) bool {
	for _, w := range words {
		if strings.Contains(f.reason, w) {
			return true
		}
	}
	return false
}

// codeOf is Telegram's code for an error of call; 0 if there is none.
func codeOf(err error) int {
	if f := (*failure)(nil); errors.As(err, &f) {
		return f.code
	}
	return 0
}

// refused tells whether Telegram understood the request and will not do it,
// for a reason that lies in the message and not in the person.
func refused(err error) bool {
	return codeOf(err) == http.StatusBadRequest && !errors.Is(err, bot.ErrBlocked)
}

// refusedFor tells whether Telegram's reason has these words.
func refusedFor(err error, words string) bool {
	f := (*failure)(nil)
	return refused(err) && errors.As(err, &f) && f.says(words)
}
