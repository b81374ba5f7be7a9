package card

import (
	"bytes"
	"fmt"
	"os"

	"lojavirtual/store"
)

// shortestKey is the least of bytes that the signed protocol shares.
const shortestKey = 32

// Open makes the company that the operator file describes, and reads the files
// it names. The error is one line that names the company and what to mend, and
// never a secret.
func Open(c store.CardCompany) (Company, error) {
	secret, err := credential(c, "secret_file", c.SecretFile)
	if err != nil {
		return nil, err
	}
	switch c.Kind {
	case store.MercadoPago:
		token, err := credential(c, "token_file", c.TokenFile)
		if err != nil {
			return nil, err
		}
		return NewMercadoPago(c.Address, string(token), secret), nil
	case store.Cielo:
		return NewCielo(c.Address, c.ClientID, string(secret)), nil
	case store.SignedCard:
		if len(secret) < shortestKey {
			return nil, fmt.Errorf("cards: %s: secret_file: %s holds less than %d bytes: make a longer key, as with openssl rand -hex 32", c.ID, c.SecretFile, shortestKey)
		}
		return NewSigned(c.Address, secret), nil
	}
	return nil, fmt.Errorf("cards: %s: kind: is none of mercadopago, cielo and signed", c.ID)
}

// credential reads a file of one line.
func credential(c store.CardCompany, key, path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cards: %s: %s: cannot be read: %w", c.ID, key, err)
	}
	text = bytes.TrimRight(text, "\r\n")
	if len(text) == 0 || bytes.ContainsAny(text, "\r\n") {
		return nil, fmt.Errorf("cards: %s: %s: %s must hold one line, the credential", c.ID, key, path)
	}
	return text, nil
}
