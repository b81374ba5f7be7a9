package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
)

// A Device is the linked device, for those who do not act as it.
type Device struct {
	Number string    `json:"number"` // the phone number it is linked to, with + and country
	Linked time.Time `json:"linked,omitzero"`
}

// String says who it is and since when, in UTC.
func (d Device) String() string {
	if d.Linked.IsZero() {
		return d.Number
	}
	return d.Number + d.Linked.UTC().Format(", linked 2006-01-02 15:04 UTC")
}

// ReadDevice returns the linked device; ok is false if there is none.
func ReadDevice(ctx context.Context, notes Notes) (d Device, ok bool, err error) {
	_, err = notes.Note(ctx, noteDevice, &d)
	return d, d.Number != "", err
}

// versionTable makes the table in which sqlstore counts its versions: sqlstore
// looks for it in all schemas of the database, and takes another's for its own.
const versionTable = `
	DO $$ BEGIN
		IF to_regclass(quote_ident(current_schema()) || '.whatsmeow_version') IS NULL THEN -- else no right to make tables is needed
			CREATE TABLE whatsmeow_version (version integer, compat integer);
		END IF;
	END $$`

// open returns where the keys are kept.
func open(ctx context.Context, cfg Config) (*sqlstore.Container, error) {
	if _, err := cfg.Keys.ExecContext(ctx, versionTable); err != nil {
		return nil, fmt.Errorf("make the tables of the WhatsApp device: %w", err)
	}
	container := sqlstore.NewWithDB(cfg.Keys, "postgres", logger{cfg.Log})
	if err := container.Upgrade(ctx); err != nil {
		return nil, fmt.Errorf("make the tables of the WhatsApp device: %w", err)
	}
	return container, nil
}

// load returns the linked device, or a new one without ID. What is noted of it is
// made to fit.
func load(ctx context.Context, cfg Config) (*store.Device, error) {
	container, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	device, err := container.GetFirstDevice(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the WhatsApp device: %w", err)
	}
	noted, known, err := ReadDevice(ctx, cfg.Notes)
	if err != nil {
		return nil, err
	}
	switch {
	case device.ID == nil && known:
		noted = Device{}
	case device.ID != nil && noted.Number != "+"+device.ID.User:
		noted = Device{Number: "+" + device.ID.User}
	default:
		return device, nil
	}
	return device, cfg.Notes.SetNote(ctx, noteDevice, noted)
}

// forget removes the keys of a device that was unlinked and what is known of its
// chats, even while the context ends. whatsmeow removes the keys too, but does not
// try again.
func (c *Channel) forget(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*notePatience)
	defer cancel()
	container, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	devices, err := container.GetAllDevices(ctx)
	for _, d := range devices {
		err = errors.Join(err, container.DeleteDevice(ctx, d))
	}
	for _, table := range []string{"whatsmeow_lid_map", "whatsmeow_privacy_tokens"} { // the others' rows go with the device's
		_, deleting := c.Keys.ExecContext(ctx, "DELETE FROM "+table)
		err = errors.Join(err, deleting)
	}
	if err != nil {
		return fmt.Errorf("remove the keys of the WhatsApp device: %w", err)
	}
	return c.Notes.SetNote(ctx, noteDevice, Device{})
}
