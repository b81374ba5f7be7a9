package redis

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// away wraps an error of the client with what we were doing, and marks it
// Temporary if it may go away by itself. What Redis says is cut where it would
// repeat what it was sent.
func away(doing string, err error) error {
	if err == nil {
		return nil
	}
	return failure{doing: doing, err: err}
}

type failure struct {
	doing string
	err   error
}

func (f failure) Error() string {
	said := f.err.Error()
	if said, _, cut := strings.Cut(said, ", with args beginning with"); cut {
		return f.doing + ": " + said
	}
	return f.doing + ": " + said
}

func (f failure) Unwrap() error { return f.err }

// Temporary tells whether Redis is away, starting, changing its master or full.
func (f failure) Temporary() bool {
	var server goredis.Error
	var network net.Error
	switch {
	case errors.Is(f.err, context.Canceled), errors.Is(f.err, goredis.ErrClosed):
		return false
	case errors.Is(f.err, context.DeadlineExceeded), errors.Is(f.err, io.EOF), errors.Is(f.err, io.ErrUnexpectedEOF),
		errors.Is(f.err, goredis.ErrPoolTimeout), errors.As(f.err, &network):
		return true
	case errors.As(f.err, &server):
		code, _, _ := strings.Cut(server.Error(), " ")
		switch code {
		case "LOADING", "READONLY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "MOVED", "ASK", "BUSY", "OOM",
			"NOREPLICAS", "MISCONF", "UNBLOCKED", "NOMASTERLINK":
			return true
		}
		return strings.Contains(server.Error(), "max number of clients")
	}
	// errors of Sentinel and Cluster that say no more than that nobody answers
	return strings.Contains(f.err.Error(), "all sentinels") || strings.Contains(f.err.Error(), "cannot load cluster slots")
}
