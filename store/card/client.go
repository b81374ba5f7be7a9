package card

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lojavirtual/store"
)

const (
	patience    = 20 * time.Second // for one request
	answerLimit = 1 << 20          // bytes
	longestWait = time.Hour        // that a company may ask for
)

// A client sends requests to one company.
type client struct {
	base string // without a slash at its end
	http *http.Client
}

// newClient keeps no connection, for on a kept one that broke net/http sends
// some requests again by itself.
func newClient(base string) client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	return client{strings.TrimSuffix(base, "/"), &http.Client{
		Transport:     transport,
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// do sends a request and reads the JSON of its answer into into, unless that is
// nil. The header is sent as it is.
func (c client) do(ctx context.Context, method, path string, header http.Header, body []byte, into any) error {
	f := &failure{what: method + " " + strings.SplitN(path, "?", 2)[0]}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("card: %s: the address is none", f.what)
	}
	r.Header = header
	answer, err := c.http.Do(r)
	if err != nil {
		if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		f.cause = err
		return f
	}
	defer func() { _ = answer.Body.Close() }()
	f.status, f.after = answer.StatusCode, retryAfter(answer.Header.Get("Retry-After"))
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return f
	}
	if into == nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, answerLimit+1))
	switch {
	case err != nil:
		f.cause = err
	case len(text) > answerLimit:
		f.cause = errors.New("the answer is too long")
	case json.Unmarshal(text, into) != nil:
		f.cause = errors.New("the answer is not what it should be")
	default:
		return nil
	}
	return f
}

// page checks the address of a checkout: https, or what the company itself is
// reached by, which in tests is a loopback server.
func (c client) page(ref, address string) (Checkout, error) {
	u, err := url.Parse(address)
	if err != nil || ref == "" || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !strings.HasPrefix(c.base, "http://")) {
		return Checkout{}, errors.New("card: the company gave no https address of a page")
	}
	return Checkout{ref, address}, nil
}

// retryAfter reads the header of that name; zero if it has none.
func retryAfter(h string) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseUint(h, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second //nolint:gosec // 31 bits
	} else if at, err := http.ParseTime(h); err == nil {
		wait = time.Until(at)
	}
	return min(max(wait, 0), longestWait)
}

// A failure is why a company did not do what it was asked. It holds neither
// what was sent nor what was answered.
type failure struct {
	what   string // method and path
	status int    // 0 if there was no answer
	after  time.Duration
	cause  error // nil if the status says it all
}

// Error tells which request failed, and how.
func (f *failure) Error() string {
	if f.cause != nil {
		return "card: " + f.what + ": " + f.cause.Error()
	}
	return fmt.Sprintf("card: %s: the company answers %d", f.what, f.status)
}

// Unwrap gives the network's error or the context's, if any.
func (f *failure) Unwrap() error { return f.cause }

// Temporary tells whether the same request may succeed later.
func (f *failure) Temporary() bool {
	return f.cause != nil && !errors.Is(f.cause, context.Canceled) || f.status >= 500 ||
		f.status == http.StatusTooManyRequests || f.status == http.StatusRequestTimeout
}

// RetryAfter is how long the company asks us to wait, or zero.
func (f *failure) RetryAfter() time.Duration { return f.after }

func answers(err error, status int) bool {
	f := (*failure)(nil)
	return errors.As(err, &f) && f.cause == nil && f.status == status
}

// jsonHeader is for a request with a JSON body and the credential.
func jsonHeader(authorization string) http.Header {
	return http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}, "Authorization": {authorization}}
}

// decimal reads an amount in reais from the digits of a JSON number, exactly.
// More decimals than two must be zeros; an exponent is refused.
func decimal(n json.Number) (store.Money, error) {
	whole, cents, _ := strings.Cut(string(n), ".")
	if len(cents) > 2 && strings.Trim(cents[2:], "0") == "" {
		cents = cents[:2]
	}
	for len(cents) < 2 {
		cents += "0"
	}
	v, err := strconv.ParseUint(whole+cents, 10, 63)
	if err != nil || whole == "" || len(cents) != 2 {
		return 0, errors.New("card: the amount is no sum of cents")
	}
	return store.Money(v), nil //nolint:gosec // 63 bits
}

// reais writes an amount as a JSON number: 1091.12.
func reais(m store.Money) json.Number {
	return json.Number(fmt.Sprintf("%d.%02d", m/100, m%100))
}
