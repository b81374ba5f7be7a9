package console

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
)

// cost is what OWASP asks of argon2id at least: 19 MiB, twice over.
var cost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hashesAtOnce bounds the memory that a flood of logins can take: 4 of 19 MiB.
const hashesAtOnce = 4

// hashing lets so many passwords be looked at at once; others wait.
type hashing chan struct{}

// queueing is how long they wait, before they are asked to come again.
const queueing = 5 * time.Second

var errBusy = problem{http.StatusServiceUnavailable, "Muitas pessoas estão entrando ao mesmo tempo. Espere um minuto e tente de novo."}

// matches tells whether a password is the one of the hash. Without a hash it
// takes as long and is wrong.
func (h hashing) matches(ctx context.Context, password, hash string) (bool, error) {
	late := time.NewTimer(queueing)
	defer late.Stop()
	select {
	case h <- struct{}{}:
		defer func() { <-h }()
	case <-late.C:
		return false, errBusy
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if len(password) > maxPassword {
		password = password[:maxPassword]
	}
	if hash == "" {
		_, err := Hash(password)
		return false, err
	}
	return argon2id.ComparePasswordAndHash(password, hash)
}

// hash makes the hash of a password, when it is its turn.
func (h hashing) hash(ctx context.Context, password string) (string, error) {
	select {
	case h <- struct{}{}:
		defer func() { <-h }()
		return Hash(password)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// How long a password is: characters, and bytes.
const (
	minPassword = 12
	maxPassword = 256
)

// checkPassword says what is wrong with a password somebody chose; "" if nothing.
func checkPassword(password, again, name string) string {
	different := map[rune]bool{}
	for _, r := range password {
		different[r] = true
	}
	switch low := strings.ToLower(password); {
	case password != again:
		return "As duas senhas não são iguais. Digite de novo."
	case utf8.RuneCountInString(password) < minPassword:
		return "A senha precisa de pelo menos 12 caracteres. Uma frase curta serve."
	case len(password) > maxPassword:
		return "A senha é longa demais."
	case !utf8.ValidString(password):
		return "A senha tem caracteres que não dá para ler. Digite outra."
	case strings.Contains(low, strings.ToLower(name)), len(different) < 5, strings.Contains("0123456789012345678901234567890", low):
		return "Esta senha é fácil de adivinhar. Escolha outra, sem o seu nome e sem repetir."
	}
	return ""
}

// oneTimeLife is how long a password that was given to somebody is good.
const oneTimeLife = 72 * time.Hour

// newOneTime makes a password to be given to somebody.
func newOneTime() string {
	random := make([]byte, 8)
	_, _ = rand.Read(random) // never fails
	return Readable(random)
}

// Readable writes at least 60 bits as a password that is easily read to somebody.
func Readable(bits []byte) string {
	text := strings.ToLower(base32Plain.EncodeToString(bits))
	return text[:4] + "-" + text[4:8] + "-" + text[8:12]
}

// Hash makes the hash of a password.
func Hash(password string) (string, error) { return argon2id.CreateHash(password, cost) }
