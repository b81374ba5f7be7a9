package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// An AuditEntry is one thing that staff did, as it stands in the audit log. It
// holds no secret and no document.
type AuditEntry struct {
	Seq    int64     // from 1, without gaps
	At     time.Time // to the microsecond
	Who    string    // the name they enter with; "terminal:USER" for verbs of loja
	What   string    // such as "role"
	On     string    // whom or what it was done to, masked; "" if to nothing but themselves
	Detail string    // such as a new role, or the reason that was given
	From   string    // the address, "" for verbs
	Hash   string    // of all that and of the hash before it, hexadecimal
}

// Sum returns the hash of the entry after one with the hash before: SHA-256, in
// hexadecimal, of the JSON array of strings [before, seq, at, who, what, on,
// detail, from] in UTF-8 without spaces, at in UTC with six decimals. Before the
// first entry it is "". It takes no secret, so that whoever has a copy of the
// log can verify it by other means too.
func (e AuditEntry) Sum(before string) string {
	var text bytes.Buffer
	form := json.NewEncoder(&text)
	form.SetEscapeHTML(false)
	_ = form.Encode([]string{ // strings can always be encoded
		before, strconv.FormatInt(e.Seq, 10), e.At.UTC().Format("2006-01-02T15:04:05.000000Z"),
		e.Who, e.What, e.On, e.Detail, e.From,
	})
	sum := sha256.Sum256(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	return hex.EncodeToString(sum[:])
}

// An AuditHead is how far an audit log reached. Kept elsewhere, it shows later
// that nothing was taken from the end.
type AuditHead struct {
	Seq  int64
	Hash string
}

// Follow checks that the entry is the one after the head, and moves the head on
// to it. The error says what was done to the log, and from which entry on.
func (h *AuditHead) Follow(e AuditEntry) error {
	switch {
	case e.Seq != h.Seq+1:
		return AuditBroken{h.Seq + 1, fmt.Sprintf("is missing: %d comes after %d", e.Seq, h.Seq)}
	case e.Hash != e.Sum(h.Hash):
		return AuditBroken{e.Seq, "is not what was written, or not after what it was written after"}
	}
	*h = AuditHead{e.Seq, e.Hash}
	return nil
}

// AuditBroken is why an audit log cannot be trusted from an entry on.
type AuditBroken struct {
	Seq int64
	How string
}

func (b AuditBroken) Error() string { return fmt.Sprintf("audit entry %d %s", b.Seq, b.How) }
