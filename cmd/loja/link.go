package main

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"lojavirtual/bot/console"
	"lojavirtual/bot/whatsapp"
	"lojavirtual/store/postgres"
)

// A linker links WhatsApp from the console, as loja pair does from the terminal.
// What is under way is known to this process alone: it has the lead, and others
// say so.
type linker struct {
	*loja
	http *http.Transport // nil for WhatsApp's own

	mu      sync.Mutex
	now     console.Linking
	stop    context.CancelFunc // not nil while one is being linked
	running sync.WaitGroup
}

// Close gives up what is under way, and waits for its end.
func (k *linker) Close() {
	k.StopLinking()
	k.running.Wait()
}

// StopLinking gives up what is under way.
func (k *linker) StopLinking() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stop != nil {
		k.stop()
	}
}

// Linking tells how it stands.
func (k *linker) Linking(ctx context.Context) (console.Linking, error) {
	k.mu.Lock()
	now, underway := k.now, k.stop != nil
	k.mu.Unlock()
	if underway {
		return now, nil
	}
	if !k.WhatsApp {
		now.Away = "O WhatsApp está desligado neste processo: LOJA_WHATSAPP não é true."
		return now, nil
	}
	device, linked, err := whatsapp.ReadDevice(ctx, k.db.WhatsApp())
	if err != nil || linked {
		now.Device = device.Number
		return now, err
	}
	holder, ok, err := whatsappLead(k.db).Holder(ctx)
	if ok && holder.Holds {
		now.Away = othersLead(holder)
	}
	return now, err
}

func othersLead(h postgres.Holder) string {
	return "Outro processo está com o WhatsApp agora, ligando um aparelho ou terminando: " + h.Name + ". Continue por ele, ou espere e recarregue a página."
}

// Link begins to link a device. Who has the lead of WhatsApp may.
func (k *linker) Link(ctx context.Context, by int64, typed string) (trouble string, err error) {
	phone, ok := readPhone(typed)
	if !ok {
		return "Escreva o número com país e DDD, como +55 79 3333-0000, ou deixe vazio para um código QR.", nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stop != nil {
		return "Já há um aparelho sendo ligado. Espere, ou pare esse.", nil
	}
	if !k.WhatsApp {
		return "O WhatsApp está desligado neste processo: LOJA_WHATSAPP não é true.", nil
	}
	if device, linked, err := whatsapp.ReadDevice(ctx, k.db.WhatsApp()); err != nil || linked {
		return "O WhatsApp " + device.Number + " já está ligado.", err
	}
	lead := whatsappLead(k.db)
	term, err := lead.Take(ctx)
	if err != nil {
		return "", err
	}
	if term == nil {
		holder, _, err := lead.Holder(ctx)
		return othersLead(holder), err
	}
	linking, stop := context.WithCancel(context.WithoutCancel(ctx)) // it lasts longer than the request
	k.stop, k.now = stop, console.Linking{By: by}
	k.running.Go(func() {
		defer stop()
		k.link(linking, stop, term, phone)
	})
	return "", nil
}

// link links a device and notes how that goes.
func (k *linker) link(ctx context.Context, stop context.CancelFunc, term *postgres.Term, phone string) {
	go func() {
		select {
		case <-term.Done():
			stop()
		case <-ctx.Done():
		}
	}()
	_, err := whatsapp.Pair(ctx, whatsapp.Config{
		Keys: term.Keys(), Notes: term.WhatsApp(), Holds: term.Holds, HTTP: k.http, Log: k.log,
	}, whatsapp.Linking{Name: k.operator.Name, Phone: phone}, func(s whatsapp.Step) {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.now.Code, k.now.Typed, k.now.Until = s.Code, s.Kind == whatsapp.StepCode, s.Until
		k.now.Agreed = s.Kind == whatsapp.StepLinked || s.Kind == whatsapp.StepConnected
	})
	term.Close()
	if err != nil && ctx.Err() == nil {
		k.log.Warn("no WhatsApp device was linked", "error", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now, k.stop = console.Linking{Ended: notLinked(err)}, nil
}

// notLinked says how a linking ended that did not come through.
func notLinked(err error) string {
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return ""
	case errors.Is(err, whatsapp.ErrPairingTimeout):
		return "Nenhum celular leu o código a tempo. Comece de novo com o celular na mão."
	case errors.Is(err, whatsapp.ErrPasskey):
		return "O celular pediu uma chave de acesso, que este programa não sabe responder. Tente com outro número."
	case errors.Is(err, whatsapp.ErrOutdated):
		return "O WhatsApp recusa esta versão do programa. Instale uma versão mais nova da loja."
	}
	return "Não foi possível ligar o aparelho. Este servidor alcança web.whatsapp.com:443? O log diz mais."
}
