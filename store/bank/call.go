package bank

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"lojavirtual/store"
)

// answerLimit is far above a page of charges.
const answerLimit = 16 << 20

// An Error is why the bank did not do what it was asked. Its text says in which
// request and how, and holds nothing of the answer that could be personal.
type Error struct {
	Request string   // method and kind of resource, such as "PUT cob"
	Code    int      // of HTTP; 0 if the bank was not reached or not understood
	Kind    string   // what the API calls the problem: "CobOperacaoInvalida"; "" if it says none
	Fields  []string // that the bank complains of: "cob.valor.original"
	Trace   string   // correlationId, to ask the bank about; "" if it gives none

	reason string
	wrong  bool // the bank answered what the API does not allow
	after  time.Duration
	cause  error
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "bank: %s: ", e.Request)
	if e.Code != 0 {
		fmt.Fprintf(&b, "%d %s", e.Code, http.StatusText(e.Code))
	}
	for _, part := range []string{e.reason, e.Kind, strings.Join(e.Fields, ", "), e.Trace} {
		if part != "" {
			b.WriteString(" " + part)
		}
	}
	return strings.ReplaceAll(b.String(), ":  ", ": ")
}

// Unwrap gives the context's error, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Temporary tells whether the same request may succeed later.
func (e *Error) Temporary() bool {
	switch e.Code {
	case 0:
		return !e.wrong
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	}
	return e.Code >= http.StatusInternalServerError
}

// RetryAfter is how long the bank asks us to wait, or zero.
func (e *Error) RetryAfter() time.Duration { return e.after }

// tokenRequest is what errors call the request for a token.
const tokenRequest = "POST token"

// code returns what HTTP called the refusal of a request of the API; 0 if there is
// none. That of a token says nothing about what was asked for.
func code(err error) int {
	if e, ok := errors.AsType[*Error](err); ok && e.Request != tokenRequest {
		return e.Code
	}
	return 0
}

// declined tells whether the bank understood a request and will not do it as
// things are; which of the codes says so depends on the bank.
func declined(err error) bool {
	switch code(err) {
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// call makes one request of the API and reads its answer into out, which may be
// nil. A token that the bank refuses is asked for anew, once. The error is always
// an *Error.
func (c *Client) call(ctx context.Context, method string, path []string, query url.Values, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	name := method + " " + path[0]
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return &Error{Request: name, reason: "cannot be written", wrong: true}
		}
	}
	address := c.cfg.API
	for _, p := range path {
		address += "/" + url.PathEscape(p)
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	refused := ""
	for {
		access, err := c.access(ctx, refused)
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
		if err != nil {
			return &Error{Request: name, reason: "has no address", wrong: true}
		}
		req.Header.Set("Authorization", "Bearer "+access)
		req.Header.Set("Accept", "application/json")
		if in != nil {
			req.Header.Set("Content-Type", "application/json")
		}
		err = c.exchange(req, name, out)
		if code(err) != http.StatusUnauthorized || refused != "" {
			return err
		}
		refused = access
	}
}

// exchange sends a request and reads its answer.
func (c *Client) exchange(req *http.Request, name string, out any) error {
	resp, err := c.http.Do(req)
	if err != nil {
		return unreached(name, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	if err != nil {
		return unreached(name, err)
	}
	if resp.StatusCode/100 != 2 {
		return refusal(name, resp, body)
	}
	if out == nil {
		return nil
	}
	if !json.Valid(body) {
		return &Error{Request: name, reason: "the answer is cut off or comes from something else than the API"}
	}
	if err := json.Unmarshal(body, out); err != nil {
		return &Error{Request: name, reason: misread(err), wrong: true}
	}
	return nil
}

// unreached is the error of a request without an answer. What the HTTP client
// says of it begins with the address, which is left out: it may have a key in it.
func unreached(name string, err error) *Error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	e := &Error{Request: name, reason: err.Error()}
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, cause) {
			e.cause, e.reason = cause, cause.Error()
		}
	}
	return e
}

// misread says which field is not as the API has it, and not what is in it.
func misread(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return "the answer has another type in " + e.Field
	}
	if broken, ok := errors.AsType[store.Broken](err); ok {
		return "the answer has another form of " + broken.Rule()
	}
	return "the answer has another form"
}

// The forms of what is taken over from a refusal. Texts that have another may be
// anything, and stay out.
var (
	kindForm  = regexp.MustCompile(`^[A-Za-z]{1,60}$`)
	fieldForm = regexp.MustCompile(`^[A-Za-z]{1,40}(\[[0-9]{1,3}\]|\.[A-Za-z]{1,40}){0,8}$`)
	traceForm = regexp.MustCompile(`^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$`)
	oauthForm = regexp.MustCompile(`^[a-z_]{1,40}$`)
)

// fieldsTold is how many fields of a refusal are named.
const fieldsTold = 8

// refusal reads what the bank will not do: problem+json (RFC 7807) of the API, or
// the error of OAuth2 (RFC 6749).
func refusal(name string, resp *http.Response, body []byte) *Error {
	e := &Error{Request: name, Code: resp.StatusCode, after: retryAfter(resp.Header.Get("Retry-After"), time.Now())}
	var problem struct {
		Type       string `json:"type"`
		Error      string `json:"error"`
		Trace      string `json:"correlationId"`
		Violations []struct {
			Property string `json:"propriedade"`
		} `json:"violacoes"`
	}
	_ = json.Unmarshal(body, &problem) // whatever could be read of it
	if kind := problem.Type[strings.LastIndexByte(problem.Type, '/')+1:]; kindForm.MatchString(kind) {
		e.Kind = kind
	} else if oauthForm.MatchString(problem.Error) {
		e.Kind = problem.Error
	}
	if traceForm.MatchString(problem.Trace) {
		e.Trace = problem.Trace
	}
	for _, v := range problem.Violations[:min(len(problem.Violations), fieldsTold)] {
		if fieldForm.MatchString(v.Property) {
			e.Fields = append(e.Fields, v.Property)
		}
	}
	return e
}

// retryAfter reads the header: seconds, or a date. An hour is the longest that is
// believed.
func retryAfter(header string, now time.Time) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), time.Hour)
}

// A token is what the bank lets us in with (OAuth2, client credentials).
type token struct {
	turn   chan struct{} // held by who looks at what follows
	access string
	until  time.Time // it is not used from then on
}

// secondsOfDay is the longest that a token is kept.
const secondsOfDay = 24 * 60 * 60

// scopes is all that this client does.
const scopes = "cob.write cob.read cobv.write cobv.read pix.read webhook.write webhook.read"

// access returns a token that is not the refused one. However many wait, one of
// them asks the bank.
func (c *Client) access(ctx context.Context, refused string) (string, error) {
	t := &c.token
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", unreached(tokenRequest, ctx.Err())
	}
	if t.access != "" && t.access != refused && time.Now().Before(t.until) {
		return t.access, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {scopes}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.Token, strings.NewReader(form.Encode()))
	if err != nil {
		return "", &Error{Request: tokenRequest, reason: "has no address", wrong: true}
	}
	req.SetBasicAuth(url.QueryEscape(c.cfg.ClientID), url.QueryEscape(c.cfg.Secret)) // RFC 6749, 2.3.1
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	var answer struct {
		Access  string      `json:"access_token"`
		Type    string      `json:"token_type"`
		Expires json.Number `json:"expires_in"`
	}
	if err := c.exchange(req, tokenRequest, &answer); err != nil {
		return "", err
	}
	if answer.Access == "" || !strings.EqualFold(answer.Type, "Bearer") {
		return "", &Error{Request: tokenRequest, reason: "the answer has no bearer token", wrong: true}
	}
	life := 5 * time.Minute // if the bank does not say: a refused one is asked for anew anyway
	if seconds, err := answer.Expires.Int64(); err == nil {
		life = time.Duration(min(max(seconds, 0), secondsOfDay)) * time.Second
	}
	t.access, t.until = answer.Access, time.Now().Add(life-min(life/10, time.Minute))
	return t.access, nil
}
