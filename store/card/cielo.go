package card

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"lojavirtual/store"
)

// Cielo speaks the API of Link de Pagamento: a link is one order, which can be
// paid once.
//
// Addresses, fields and the token are as in Cielo's manuals "Link de Pagamento"
// and "API de Controle Transacional"
// (https://developercielo.github.io/manual/linkdepagamentos5 and
// /controletransacional4, since moved to https://docs.cielo.com.br/link), the
// notification as in https://docs.cielo.com.br/link/reference/notificação-de-mudança-de-status.
// The address of notifications and of the way back is set on Cielo's site and not
// with an order; a link expires by the day, so close it with Cancel before.
// Payments can be read for 45 days.
//
// Nothing here was tried with a real account. The manuals show the statuses Paid
// and Denied of the read back; the others are their table of notifications in
// English, with each spelling seen. That the notification of a link has its id
// as product_id could not be verified either: where it has not, polling finds
// the payment.
type Cielo struct {
	client
	id, secret string

	mu    sync.Mutex
	token string
}

// NewCielo has the ClientId and ClientSecret of a shop. The address is "" for
// the real one.
func NewCielo(address, id, secret string) *Cielo {
	if address == "" {
		address = "https://cieloecommerce.cielo.com.br"
	}
	return &Cielo{client: newClient(address), id: id, secret: secret}
}

// call sends a request with the token, and once more with a new one if Cielo
// refuses it: tokens live for 20 minutes.
func (c *Cielo) call(ctx context.Context, method, path string, body []byte, into any) error {
	token, err := c.bearer(ctx, "")
	if err != nil {
		return err
	}
	err = c.do(ctx, method, path, jsonHeader("Bearer "+token), body, into)
	if !answers(err, http.StatusUnauthorized) {
		return err
	}
	if token, err = c.bearer(ctx, token); err != nil {
		return err
	}
	return c.do(ctx, method, path, jsonHeader("Bearer "+token), body, into)
}

// bearer returns the token, a new one if it is the one that was refused.
func (c *Cielo) bearer(ctx context.Context, refused string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != refused {
		return c.token, nil
	}
	var got struct {
		Token string `json:"access_token"`
	}
	header := http.Header{
		"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(c.id+":"+c.secret))},
		"Content-Type":  {"application/x-www-form-urlencoded"},
	}
	if err := c.do(ctx, http.MethodPost, "/api/public/v2/token", header, []byte("grant_type=client_credentials"), &got); err != nil {
		return "", err
	}
	if got.Token == "" {
		return "", errors.New("card: Cielo gave no token")
	}
	c.token = got.Token
	return c.token, nil
}

// brasilia is the time that Cielo writes without an offset.
var brasilia = time.FixedZone("-03", -3*60*60)

// Checkout makes a link.
func (c *Cielo) Checkout(ctx context.Context, o Order) (Checkout, error) {
	body, err := json.Marshal(map[string]any{
		"type":           "Payment",
		"name":           o.Title,
		"sku":            o.ID,
		"price":          int64(o.Total),
		"quantity":       1,
		"expirationDate": o.Expires.In(brasilia).Format(time.DateOnly),
		"shipping":       map[string]string{"type": "WithoutShipping"},
	})
	if err != nil {
		return Checkout{}, err
	}
	var made struct {
		ID       string `json:"id"`
		ShortURL string `json:"shortUrl"`
	}
	if err := c.call(ctx, http.MethodPost, "/api/public/v1/products/", body, &made); err != nil {
		return Checkout{}, err
	}
	return c.page(made.ID, made.ShortURL)
}

// Cancel deletes the link.
func (c *Cielo) Cancel(ctx context.Context, _ Order, page Checkout) error {
	err := c.call(ctx, http.MethodDelete, "/api/public/v1/products/"+url.PathEscape(page.Ref), nil, nil)
	if answers(err, http.StatusNotFound) {
		return nil
	}
	return err
}

// cieloWord is what an id in a notification may look like.
var cieloWord = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// Verify reads a form. Cielo signs nothing, so it tells only where to look, and
// never ErrForged but for what is no form of Cielo's.
func (c *Cielo) Verify(r *http.Request, body []byte, _ time.Time) (Notice, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || r.Method != http.MethodPost || kind != "application/x-www-form-urlencoded" {
		return Notice{}, ErrForged
	}
	form, err := url.ParseQuery(string(body))
	payment, ref, status := form.Get("checkout_cielo_order_number"), form.Get("product_id"), form.Get("payment_status")
	if err != nil || !cieloWord.MatchString(payment) || !cieloWord.MatchString(status) || ref != "" && !cieloWord.MatchString(ref) {
		return Notice{}, ErrForged
	}
	return Notice{Event: payment + ":" + status, Subject: Subject{Ref: ref, Payment: payment}}, nil
}

// cieloStates are the statuses of a transaction, in lower case. A voided one
// may have been captured before, so it counts as given back.
var cieloStates = map[string]State{
	"pending":      Pending,
	"authorized":   Pending,
	"notfinalized": Pending,
	"paid":         Paid,
	"denied":       Refused,
	"expired":      Cancelled,
	"voided":       Refunded,
	"canceled":     Refunded,
	"cancelled":    Refunded,
	"chargeback":   Refunded,
}

// Payments reads the transactions of a link.
func (c *Cielo) Payments(ctx context.Context, s Subject) ([]Payment, error) {
	if s.Ref == "" {
		return nil, errors.New("card: Cielo needs the id of the link to read back")
	}
	var answer struct {
		Orders []struct {
			Number  string `json:"orderNumber"`
			Payment struct {
				Price   int64  `json:"price"`
				Created string `json:"createdDate"`
				Status  string `json:"status"`
			} `json:"payment"`
		} `json:"orders"`
	}
	err := c.call(ctx, http.MethodGet, "/api/public/v1/products/"+url.PathEscape(s.Ref)+"/payments", nil, &answer)
	if answers(err, http.StatusNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var payments []Payment
	for _, o := range answer.Orders {
		state, known := cieloStates[strings.ToLower(o.Payment.Status)]
		at, err := time.ParseInLocation("2006-01-02T15:04:05", o.Payment.Created, brasilia)
		if !known || err != nil || o.Payment.Price < 0 || o.Number == "" {
			return nil, errors.New("card: Cielo has a payment of a status, date or amount unknown to us")
		}
		payments = append(payments, Payment{ID: o.Number, Order: s.Order, Amount: store.Money(o.Payment.Price), State: state, At: at})
	}
	return payments, nil
}
