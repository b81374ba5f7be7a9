// Package bank is a client of the PIX API of the Banco Central, version 2.9, that
// every bank which keeps PIX charges speaks: charges to be paid at once (cob) and
// with a due date (cobv), the payments (pix), and where the bank tells of them
// (webhook).
//
// # Why
//
// A txid is a charge, for ever. The API lets a second PUT change an active charge,
// and banks differ: some change it, some refuse. So Put looks before it writes,
// makes only what is not there, and compares what is. The same order gives the
// same charge, from any number of callers, and a charge that somebody has in hand
// never changes under them.
//
// No error holds what a bank says in words (title, detail, razao, valor): that
// text may repeat a CPF or a name. The kind of the problem, the names of the
// fields and the correlation id, each only in its own form, are enough to ask the
// bank about it.
//
// What a webhook says is only a hint that something can be read: whoever gets it
// reads the payment back from the bank. Duplicates and order are the ledger's.
//
// The token is kept here and not by golang.org/x/oauth2, which has no way to say
// that a token was refused before its end, and whose errors hold the answer.
package bank

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"lojavirtual/store"
	"lojavirtual/store/brcode"
)

// Config is what a Client needs to know. All of it must be given, except where
// said.
type Config struct {
	API         string // https address with the version: https://pix.bank.example/api/v2
	Token       string // https address of the OAuth2 token
	ClientID    string
	Secret      string        // of the client
	Certificate string        // file in PEM: the client's certificate, and its chain
	PrivateKey  string        // file in PEM
	CA          string        // file in PEM with who signs the bank's own certificate; "" for those the machine trusts
	Key         string        // the PIX key that receives, as the DICT has it
	Name, City  string        // of who receives, for a code that the bank leaves to us
	Timeout     time.Duration // of one request; 20 seconds if zero
}

// A Client speaks to one bank for one receiver. It is safe for concurrent use.
type Client struct {
	cfg   Config
	http  *http.Client
	token token
}

// New returns the client without asking the bank anything. The error says in one
// line what to mend, and holds no secret.
func New(cfg Config) (*Client, error) {
	for _, v := range []struct{ what, value string }{
		{"the client id", cfg.ClientID},
		{"the client's secret", cfg.Secret},
		{"the certificate's file", cfg.Certificate},
		{"the private key's file", cfg.PrivateKey},
	} {
		if v.value == "" {
			return nil, errors.New(v.what + " is missing")
		}
	}
	for _, v := range []struct{ what, value string }{{"API", cfg.API}, {"token", cfg.Token}} {
		u, err := url.Parse(v.value)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery+u.Fragment != "" {
			return nil, fmt.Errorf("the address of the bank's %s must begin with https:// and have no user, ? or #", v.what)
		}
	}
	if brcode.KindOf(cfg.Key) == "" {
		return nil, errors.New("the PIX key is not written as the DICT has it")
	}
	pair, err := tls.LoadX509KeyPair(cfg.Certificate, cfg.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("certificate and private key for the bank: %w", err)
	}
	secure := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	if cfg.CA != "" {
		pem, err := os.ReadFile(cfg.CA)
		if err != nil {
			return nil, fmt.Errorf("authority of the bank's certificate: %w", err)
		}
		secure.RootCAs = x509.NewCertPool()
		if !secure.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("authority of the bank's certificate: %s has no certificate in PEM", cfg.CA)
		}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = secure
	transport.MaxIdleConnsPerHost = connections
	transport.MaxConnsPerHost = connections
	// with HTTP/2 all calls would hang on one connection, and go on hanging
	// when the network has silently dropped it
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(true)
	cfg.API = strings.TrimRight(cfg.API, "/")
	cfg.Timeout = cmp.Or(cfg.Timeout, 20*time.Second)
	return &Client{
		cfg: cfg,
		http: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		token: token{turn: make(chan struct{}, 1)},
	}, nil
}

const connections = 32 // to the bank at once

// Close gives idle connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Check asks for a token, which shows that addresses, certificate and client are
// those that the bank knows.
func (c *Client) Check(ctx context.Context) error {
	_, err := c.access(ctx, "")
	return err
}

// A Kind is one of the two kinds of charges.
type Kind string

// The kinds, as the API calls them.
const (
	Cob  Kind = "cob"  // to be paid at once
	Cobv Kind = "cobv" // with a due date
)

// An Order is what a bank is asked to charge. With a due date it is a Cobv, and
// without one a Cob; what belongs to the other kind is not looked at.
type Order struct {
	TxID    string      // 26 to 35 letters and digits, never used before
	Amount  store.Money // above zero, at most R$ 9.999.999.999,99
	Message string      // for the payer, cut to 140 characters; "" for none

	Life time.Duration // of a Cob, in whole seconds from when the bank makes it; a day if zero

	Due      store.Date // of a Cobv, which the payer's bank moves to the next business day
	Days     int        // after the due date, in which it can still be paid
	Fine     int        // once, after the due date, in hundredths of a percent; 0 for none
	Interest int        // a month, by the calendar day, in hundredths of a percent; 0 for none
	Payer    Payer      // of a Cobv, who owes it
}

// Kind tells which of the two it is.
func (o Order) Kind() Kind {
	if o.Due.IsZero() {
		return Cob
	}
	return Cobv
}

// A Payer is who owes a charge; anybody may pay it.
type Payer struct {
	Name  string // cut to 200 characters
	TaxID string // CPF or CNPJ without punctuation
}

// Status is what the bank says of a charge. New ones may come: what is not known
// is none of these.
type Status string

// The states of a charge. One that is overdue or has outlived its time stays
// Active.
const (
	Active        Status = "ATIVA"
	Paid          Status = "CONCLUIDA"
	Removed       Status = "REMOVIDA_PELO_USUARIO_RECEBEDOR"
	RemovedByBank Status = "REMOVIDA_PELO_PSP"
)

// A Charge is a charge as the bank has it. Its Order has no Message, and of a Cob
// no Payer.
type Charge struct {
	Order
	Key      string // that receives
	Status   Status
	Revision int
	Made     time.Time // in UTC
	Code     string    // to be copied and paid; "" if the bank does not say it any more
	Payments []Payment
}

// A Payment is a PIX that was received.
type Payment struct {
	ID       string      // endToEndId, unique in the whole of PIX
	TxID     string      // of the charge; "" if it was paid without any
	Amount   store.Money // that was received
	Original store.Money // the charge's part of it, without fine and interest
	Fine     store.Money
	Interest store.Money
	Key      string    // that received; "" if the bank does not say
	At       time.Time // in UTC
	Returns  []Return  // devoluções
}

// Returned is how much of the payment went back, settled.
func (p Payment) Returned() store.Money {
	var sum store.Money
	for _, r := range p.Returns {
		if r.Status == ReturnDone {
			sum += r.Amount
		}
	}
	return sum
}

// A Return is an amount on its way back to the payer (devolução).
type Return struct {
	ID      string
	Amount  store.Money
	Status  ReturnStatus
	Asked   time.Time // in UTC
	Settled time.Time // in UTC; zero if it is not
}

// ReturnStatus is what the bank says of a return.
type ReturnStatus string

// The states of a return.
const (
	ReturnPending ReturnStatus = "EM_PROCESSAMENTO"
	ReturnDone    ReturnStatus = "DEVOLVIDO"
	ReturnFailed  ReturnStatus = "NAO_REALIZADO"
)
