package store

import "time"

// A Role is what somebody of the staff is in the console; what each may do there
// is the console's table of rights.
type Role string

// The roles, as staff call them.
const (
	Reader        Role = "leitor"
	Attendant     Role = "atendente"
	Supervisor    Role = "supervisor"
	Officer       Role = "encarregado" // of personal data, LGPD art. 41
	Administrator Role = "admin"
)

// Roles are all there are, in the order in which they are listed.
var Roles = []Role{Reader, Attendant, Supervisor, Officer, Administrator}

// Staff is somebody who may enter the console.
type Staff struct {
	ID    int64
	Name  string // what they enter with: small letters, digits and . _ - @
	Shown string // what colleagues and customers call them
	Role  Role

	Password string     // argon2id in PHC's form; "" if they enter by single sign-on alone
	OneTime  *time.Time // the password was given to them, is good until then, and must be changed
	Subject  string     // issuer and subject of single sign-on; "" if they enter by password

	Secret   []byte   // of the second factor, sealed; nil without one
	Step     int64    // the newest 30 s step a code was taken for: it is not taken again
	Recovery []string // hashes of the codes that may stand in for the second factor, each once

	Since    time.Time // accesses that began before are void
	AddedAt  time.Time
	Disabled *time.Time // since when they may not enter; nil if they may
}

// An Access is one that somebody of the staff has to the console, on one device.
type Access struct {
	ID     string    `json:"-"` // names it; not what lets anybody in
	Began  time.Time `json:"-"`
	Seen   time.Time `json:"-"`
	From   string    `json:"from"`   // the address
	Agent  string    `json:"agent"`  // the browser, as it calls itself
	Second bool      `json:"second"` // the second factor was shown, or was single sign-on's affair
}
