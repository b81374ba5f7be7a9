package document

import (
	"fmt"
	"strings"

	"rsc.io/qr/coding"

	"lojavirtual/store"
	"lojavirtual/store/febraban"
	"lojavirtual/store/taxid"
)

// A slip is the foot of the first page: how to pay, or why not.
type slip struct {
	op       store.Operator
	total    store.Money
	fields   []field       // what identifies the payment, without widths
	none     string        // why there is nothing to pay with
	payable  bool          // with a code of this page
	code     febraban.Code // "" without bar code
	pix      string        // the code to copy, "" without PIX
	qr       *coding.Code
	pixLines []line // the code as text, nil if it is too long for that
}

const (
	pixWidth = 136 // of the text beside the QR code
	// barsAt puts the middle of the bars 12 mm above the lower edge, where bank
	// tellers' readers expect them.
	barsAt   = pageHeight - 12 - barsHeight/2.0
	lineAt   = barsAt - 3 // the linha digitável
	barsText = lineAt - 6.6
	copyAt   = 28.4 // the PIX code as text, from the top
)

// newSlip reads the codes by which total is paid, "" without one. It is an
// error if the bar code is none, or pays another amount.
func newSlip(op store.Operator, total store.Money, barcode, pix string) (slip, error) {
	s := slip{op: op, total: total, pix: pix, payable: barcode != "" || pix != ""}
	if barcode != "" {
		code, err := febraban.CheckBarcode(barcode)
		if err != nil {
			return slip{}, fmt.Errorf("read bar code: %w", err)
		}
		if amount, ok := code.Amount(); ok && amount != total {
			return slip{}, fmt.Errorf("bar code pays %s instead of %s", amount, total)
		}
		s.code = code
	}
	if pix != "" {
		var err error
		if s.qr, err = qrCode(pix); err != nil {
			return slip{}, err
		}
		const most = 4
		if lines := small.in(ink).wrap(pix, pixWidth, most+1); len(lines) <= most {
			s.pixLines = lines
		}
	}
	return s, nil
}

// how tells with what the document can be paid, and where that stands; "" if
// it cannot.
func (p slip) how() string {
	if with := p.with(); with != "" {
		return with + ", no fim desta página"
	}
	return ""
}

// with tells in a few words with what the document can be paid.
func (p slip) with() string {
	switch {
	case p.code != "" && p.pix != "":
		return " com Pix ou código de barras"
	case p.code != "":
		return " com o código de barras"
	case p.pix != "":
		return " com Pix"
	default:
		return ""
	}
}

// top is where the slip begins, its cutting line included.
func (p slip) top() float64 {
	switch {
	case p.pix != "":
		text := copyAt + float64(len(p.pixLines))*leading(small)
		return min(barsText-6-text, 226) // beside the code there is its receiver
	case p.code != "":
		return 245
	default:
		return bottom - 18
	}
}

func (p slip) draw(s *sheet) {
	if !p.payable {
		p.drawNone(s)
		return
	}
	y := p.top()
	s.decoration(func() {
		for x := float64(left); x < right; x += 3 {
			s.box(x, y, 1.6, 0.2, soft)
		}
	})
	s.mark("H2", func() { s.put(left, y+7, headline.sized(13).line("Como pagar")) })
	x := float64(left)
	for _, f := range fieldsOf(append(p.fields, field{label: "Valor", value: p.total.String()})...) {
		value := strong.sized(10).line(f.value)
		label := small.line(f.label)
		s.mark("P", func() {
			s.put(x, y+12.6, label)
			s.put(x, y+17, value)
		})
		x += max(label.width, value.width) + 7
	}
	if p.pix != "" {
		p.drawPix(s, y)
	}
	if p.code != "" {
		p.drawBars(s)
	}
}

func (p slip) drawPix(s *sheet, y float64) {
	const x = right - qrSize
	s.mark("P", func() {
		s.put(left, y+22.8, strong.sized(10).in(blue).line("Pix"))
		s.paragraph(left+9, y+22.8, body.wrap("No aplicativo do banco, escolha Pix e leia o QR Code. Confira quem recebe.", pixWidth-9, 2))
	})
	s.figure("QR Code Pix de "+p.total.String(), func() { s.qr(x, y+5, qrSize, p.qr) })

	lines := strong.wrap(p.op.Payee(), right-left-barsWidth-2*barsQuiet, 2)
	lines = lines[:min(len(lines), 2)]
	at := y + qrSize + 9.5
	s.mark("P", func() {
		s.putRight(right, at, small.line("Quem recebe o Pix"))
		for i, l := range lines {
			s.putRight(right, at+4+float64(i)*leading(strong), l)
		}
		if p.op.CNPJ != "" {
			s.putRight(right, at+4+float64(len(lines))*leading(strong), body.line("CNPJ "+taxid.Print(p.op.CNPJ)))
		}
	})
	if len(p.pixLines) == 0 {
		return
	}
	s.mark("P", func() {
		s.put(left, y+copyAt, small.line("Ou copie e cole este código no aplicativo (Pix copia e cola):"))
	})
	s.copied(p.pix, func() { s.paragraph(left, y+copyAt+3.8, p.pixLines) })
}

func (p slip) drawBars(s *sheet) {
	s.mark("P", func() {
		l := strong.sized(10).in(blue).line("Código de barras")
		s.put(left, barsText, l)
		s.put(left+l.width+3, barsText, body.line("Pague no banco, na lotérica ou no aplicativo."))
	})
	s.mark("P", func() { s.put(left, lineAt, strong.sized(11.5).fit(p.code.Line(), width)) })
	s.figure("Código de barras. Linha digitável: "+p.code.Line(), func() { s.bars(left, barsAt, p.code) })
}

// drawNone says why there is nothing to pay with.
func (p slip) drawNone(s *sheet) {
	lines := strong.sized(11).wrap(p.none, width-2*heroPad, 2)
	height := textHeight([][]line{lines}) + 7
	y := bottom - height
	s.decoration(func() { s.panel(left, y, width, height, 3, 3, tint) })
	s.mark("P", func() { s.paragraph(left+heroPad, y+7, lines) })
}

// noCode says that a document has no code and why, and whom to ask.
func noCode(op store.Operator, why string) string {
	text := sentence("Este documento não tem código de pagamento" + labelled(": ", why))
	if len(op.Phones) > 0 {
		text += "Dúvidas? Ligue " + strings.ReplaceAll(op.Phones[0].Number, " ", "\u00a0") + "."
	}
	return text
}

func shortReference(m store.Month) string {
	if !m.Valid() {
		return ""
	}
	return m.String()
}
