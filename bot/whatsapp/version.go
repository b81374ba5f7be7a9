package whatsapp

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
)

// builtVersion is the version of WhatsApp's web client that whatsmeow was made
// after.
var builtVersion = store.GetWAVersion()

// ReadVersion says which version is announced to WhatsApp.
func ReadVersion(ctx context.Context, notes Notes) (string, error) {
	kept := builtVersion.String()
	_, err := notes.Note(ctx, noteVersion, &kept)
	return fmt.Sprintf("version %s, built after %v", kept, builtVersion), err
}

const versionPatience = 10 * time.Second

// version says which version we announce, and what we were built after: a program
// that WhatsApp has refused is the same one if both are.
func version() string {
	return fmt.Sprintf("version %v, built after %v", store.GetWAVersion(), builtVersion)
}

// useNewestVersion announces from now on the version that WhatsApp's own client
// has today, since older ones are refused after some months. Where that cannot be
// found out it is the last one that could; never one older than we were built
// after.
func (cfg Config) useNewestVersion(ctx context.Context) {
	var kept string
	if _, err := cfg.Notes.Note(ctx, noteVersion, &kept); err != nil {
		cfg.Log.Warn("cannot recall the version of WhatsApp's client", "error", err)
	}
	newest, err := store.ParseVersion(kept)
	if err != nil || newest.LessThan(builtVersion) {
		newest = builtVersion
	}
	asking, cancel := context.WithTimeout(ctx, versionPatience)
	defer cancel()
	found, err := whatsmeow.GetLatestVersion(asking, &http.Client{Transport: cfg.HTTP})
	switch {
	case err != nil:
		cfg.Log.Warn("cannot find out the newest version of WhatsApp's client", "error", err, "announced", newest.String())
	case newest.LessThan(*found):
		newest = *found
		if err := cfg.Notes.SetNote(ctx, noteVersion, newest.String()); err != nil {
			cfg.Log.Warn("cannot note the version of WhatsApp's client", "error", err)
		}
	}
	announce(newest)
}

// announce makes new connections have the version. SetWAVersion alone does not:
// what is sent at login was copied before. What is announced already is left
// alone, for connections that are being made read it without a lock.
func announce(v store.WAVersionContainer) {
	if v == store.GetWAVersion() {
		return
	}
	store.SetWAVersion(v)
	store.BaseClientPayload.UserAgent.AppVersion = v.ProtoAppVersion()
}
