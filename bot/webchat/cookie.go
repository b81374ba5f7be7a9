package webchat

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

const (
	cookieName = "loja_chat"
	cookieLife = 24 * time.Hour // since the page was last used; the log is kept as long
	idBytes    = 16
)

var encoding = base64.RawURLEncoding.Strict()

// person returns who asks; ok is false without a cookie that we signed.
func (c *Chat) person(r *http.Request) (id string, ok bool) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return "", false
	}
	id, signature, _ := strings.Cut(cookie.Value, ".")
	given, err := encoding.DecodeString(signature)
	if err != nil || !isPerson(id) || !hmac.Equal(given, c.sign(id)) {
		return "", false
	}
	return id, true
}

// newPerson makes up a person nobody has been yet.
func newPerson() string {
	id := make([]byte, idBytes)
	_, _ = rand.Read(id) // never fails
	return encoding.EncodeToString(id)
}

// remember gives the browser the person's cookie, or prolongs it.
func (c *Chat) remember(w http.ResponseWriter, id string) {
	http.SetCookie(w, &http.Cookie{
		Name:     cookieName,
		Value:    id + "." + encoding.EncodeToString(c.sign(id)),
		Path:     "/chat",
		MaxAge:   int(cookieLife.Seconds()),
		HttpOnly: true,
		Secure:   c.Secure,
		SameSite: http.SameSiteLaxMode,
	})
}

func (c *Chat) sign(id string) []byte {
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte(id))
	return mac.Sum(nil)
}

func isPerson(id string) bool {
	raw, err := encoding.DecodeString(id)
	return err == nil && len(raw) == idBytes
}
