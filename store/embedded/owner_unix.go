//go:build unix

package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// dataOwner returns whom PostgreSQL runs as: nil for ourselves; if we are
// root, the owner of the data folder, or if there is none yet, the first of
// postgres and nobody that exists (initdb insists on a user with a name).
func dataOwner(data string) (*owner, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	if info, err := os.Stat(data); data != "" && err == nil {
		if s, ok := info.Sys().(*syscall.Stat_t); ok {
			return &owner{UID: s.Uid, GID: s.Gid}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err, err2); err != nil {
			return nil, fmt.Errorf("user %s: %w", name, err)
		}
		return &owner{UID: uint32(uid), GID: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and this machine has no user postgres or nobody")
}

// canEnter tells whether a user has the right to enter a folder and all above
// it. Nil, ourselves, may: the attempt will tell better.
func canEnter(dir string, o *owner) bool {
	if o == nil {
		return true
	}
	for {
		info, err := os.Stat(dir)
		if err != nil {
			return false
		}
		need := fs.FileMode(0o001)
		if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Uid == o.UID {
			need = 0o100
		} else if ok && s.Gid == o.GID {
			need = 0o010
		}
		if info.Mode()&need == 0 {
			return false
		}
		up := filepath.Dir(dir)
		if up == dir {
			return true
		}
		dir = up
	}
}
