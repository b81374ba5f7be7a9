package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
)

// away says what we were doing when err came, and marks it Temporary if it may
// go away by itself.
func away(what string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", what, err)
	if passing(err) {
		return outage{err}
	}
	return err
}

// outage is trouble that goes away by itself.
type outage struct{ error }

func (o outage) Temporary() bool { return true }
func (o outage) Unwrap() error   { return o.error }

// passing tells whether trouble goes away by itself. What the server said
// decides, if it said anything: a wrong password also fails to connect.
func passing(err error) bool {
	var server *pgconn.PgError
	if errors.As(err, &server) {
		switch server.Code[:2] {
		case "08", "53", "57": // connection, resources, operator intervention and timeouts
			return true
		}
		return slices.Contains([]string{"40001", "40P01", "55P03"}, server.Code) // serialization, deadlock, lock timeout
	}
	var connecting *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connecting) || errors.As(err, &network) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded) || pgconn.Timeout(err) || pgconn.SafeToRetry(err)
}
