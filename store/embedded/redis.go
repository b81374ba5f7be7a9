package embedded

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Redis is a private Redis server: a process of its own, or, if the machine
// has none, one inside this process that understands most of Redis but keeps
// nothing on disk. Its methods may be called from several goroutines.
type Redis struct {
	kind, url string

	keeper  *keeper // of the process, with its command
	command []string

	inside   *miniredis.Miniredis
	stopTime func() // stops and waits for its clock
}

// StartRedis starts a private Redis and returns when it answers. The context
// bounds the start alone; Close ends the server, or the end of this process,
// whichever way it ends. With Options.Dir every write goes to an append-only
// file there, which a crash of the server does not harm; without a server on
// the machine nothing is kept, and a warning in the log says so.
func StartRedis(ctx context.Context, o Options) (*Redis, error) {
	began := time.Now()
	home, err := o.kept("redis")
	if err != nil {
		return nil, err
	}
	program, version := findRedis(ctx)
	var r *Redis
	if program == "" {
		r, err = startInside()
	} else {
		r, err = startProcess(ctx, program, home)
	}
	if err != nil {
		return nil, err
	}
	if program != "" {
		r.kind = filepath.Base(program) + " " + version
	} else if home != "" {
		o.log().Warn("no redis-server found on this machine: conversations are not kept", "dir", home)
		home = ""
	}
	o.log().Info("private Redis", "kind", r.kind, "data", cmp.Or(home, "temporary"),
		"took", time.Since(began).Round(time.Millisecond))
	return r, nil
}

// findRedis returns a server's program and version, "" if there is none that
// is new enough for us: 6.2.
func findRedis(ctx context.Context) (program, version string) {
	for _, name := range redisPrograms {
		program, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		out, err := exec.CommandContext(ctx, program, "--version").Output()
		words := versionWords.FindStringSubmatch(string(out))
		if err != nil || words == nil {
			continue
		}
		major, _ := strconv.Atoi(words[2])
		minor, _ := strconv.Atoi(words[3])
		if major > 6 || major == 6 && minor >= 2 {
			return program, words[1]
		}
	}
	return "", ""
}

// redisPrograms are what a server may be called: Homebrew's folders are not on
// every Mac's PATH.
var redisPrograms = []string{
	"redis-server", "valkey-server",
	"/opt/homebrew/bin/redis-server", "/usr/local/bin/redis-server",
}

// startProcess starts a server on a socket; home is where it keeps its data.
func startProcess(ctx context.Context, program, home string) (*Redis, error) {
	k, err := startKeeper(ctx, duty{Lock: home, Wait: 3 * time.Second, Stop: syscall.SIGTERM})
	if err != nil {
		return nil, err
	}
	socket := filepath.Join(k.folder, "redis.sock")
	appendOnly := "yes"
	if home == "" {
		appendOnly = "no"
	}
	r := &Redis{
		url:    "unix://" + (&url.URL{Path: socket}).EscapedPath(),
		keeper: k,
		command: []string{
			program, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700",
			"--dir", cmp.Or(home, k.folder), "--save", "", "--appendonly", appendOnly,
			"--daemonize", "no", "--logfile", "", "--loglevel", "notice",
		},
	}
	if err := k.do(ctx, order{Serve: r.command}); err != nil {
		return nil, errors.Join(err, k.close())
	}
	return r, nil
}

// startInside starts the in-process server. It listens on a free port of the
// loopback, with a password, for its in-process connections stall on long
// pipelines.
func startInside() (*Redis, error) {
	m := miniredis.NewMiniRedis()
	password := rand.Text()
	m.RequireAuth(password)
	if err := m.Start(); err != nil {
		return nil, err
	}
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for last := time.Now(); ; {
			select {
			case now := <-tick.C:
				m.FastForward(now.Sub(last)) // by itself its keys never expire
				last = now
			case <-done:
				return
			}
		}
	}()
	return &Redis{
		kind:     "in-process",
		url:      (&url.URL{Scheme: "redis", User: url.UserPassword("", password), Host: m.Addr(), Path: "/0"}).String(),
		inside:   m,
		stopTime: sync.OnceFunc(func() { close(done); <-stopped }),
	}, nil
}

// Kind says what the server is, for a log: "redis-server 7.0.15" or "in-process".
func (r *Redis) Kind() string { return r.kind }

// URL returns the server's address, for redis.ParseURL of go-redis. It holds a
// password if the server is in-process.
func (r *Redis) URL() string { return r.url }

// Close stops the server and waits for it; temporary data is gone afterwards.
// Calling it again does nothing.
func (r *Redis) Close() error {
	if r.inside == nil {
		return r.keeper.close()
	}
	r.stopTime()
	r.inside.Close()
	return nil
}

// Kill kills the server with SIGKILL, as a crash would, to see how a program
// bears it. The in-process one is cut off from its clients.
func (r *Redis) Kill(ctx context.Context) error {
	if r.inside == nil {
		return r.keeper.do(ctx, order{Kill: true})
	}
	r.inside.Close()
	return nil
}

// Restart starts a killed server at the same address, with what it kept: all
// that was written if Options named a Dir, else nothing. The in-process one
// has forgotten nothing.
func (r *Redis) Restart(ctx context.Context) error {
	if r.inside == nil {
		return r.keeper.do(ctx, order{Serve: r.command})
	}
	return r.inside.Restart()
}
