package console

import (
	"context"
	"net/http"
	"time"
)

// A Linker links a telephone's WhatsApp to the bot.
type Linker interface {
	// Linking tells how it stands.
	Linking(context.Context) (Linking, error)
	// Link begins to link a device, by a code to be typed on the telephone with
	// that number, or by QR code if it is "". Trouble says why it cannot.
	Link(ctx context.Context, by int64, phone string) (trouble string, err error)
	// StopLinking gives up what is under way.
	StopLinking()
}

// A Linking is how it stands with the device.
type Linking struct {
	Device string    // the number that is linked, "" if none is
	Away   string    // why it cannot be done here now, "" if it can
	By     int64     // who of the staff is linking one, 0 for nobody
	Code   string    // what is to be shown; a secret while it is good
	Typed  bool      // Code is to be typed, not drawn
	Until  time.Time // when another Code comes
	Agreed bool      // the telephone has agreed; the first connection is being made
	Ended  string    // how the last one ended that did not come through
}

// A linkPage is what the page shows.
type linkPage struct {
	Linking
	Mine           bool // who looks is who is linking
	Outside        bool // who looks has no password
	QR             drawing
	Phone, Trouble string
}

func (c *Console) linking(w http.ResponseWriter, r *http.Request, v visitor) error {
	return c.linkPage(w, r, v, linkPage{})
}

func (c *Console) linkPage(w http.ResponseWriter, r *http.Request, v visitor, page linkPage) error {
	var err error
	if page.Linking, err = c.Linker.Linking(r.Context()); err != nil {
		return err
	}
	page.Mine, page.Outside = page.By == v.ID, v.Password == ""
	if !page.Mine {
		page.Code = "" // whoever began it has shown their password
	}
	if page.Code != "" && !page.Typed {
		if page.QR, err = drawQR(page.Code); err != nil {
			return err
		}
	}
	status := http.StatusOK
	if page.Trouble != "" {
		status = http.StatusUnprocessableEntity
	}
	c.show(w, r, v, status, "whatsapp", "Ligar o WhatsApp", page)
	return nil
}

// link begins to link a device, once the password was typed again.
func (c *Console) link(w http.ResponseWriter, r *http.Request, v visitor) error {
	if v.Password == "" {
		return errNoPassword
	}
	page := linkPage{Phone: r.PostFormValue("telefone")}
	trouble, err := c.confirms(r, v, r.PostFormValue("atual"))
	if err != nil {
		return err
	}
	if page.Trouble = trouble; trouble == "" {
		how := "QR"
		if page.Phone != "" {
			how = "código"
		}
		if err := c.office.note(r.Context(), c.by(r, v.Name), "whatsapp_linked", "whatsapp", how); err != nil {
			return err
		}
		if page.Trouble, err = c.Linker.Link(r.Context(), v.ID, page.Phone); err != nil {
			return err
		}
	}
	if page.Trouble != "" {
		return c.linkPage(w, r, v, page)
	}
	http.Redirect(w, r, "/saude/whatsapp", http.StatusSeeOther)
	return nil
}

func (c *Console) stopLinking(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := c.office.note(r.Context(), c.by(r, v.Name), "whatsapp_stopped", "whatsapp", ""); err != nil {
		return err
	}
	c.Linker.StopLinking()
	http.Redirect(w, r, "/saude/whatsapp", http.StatusSeeOther)
	return nil
}
