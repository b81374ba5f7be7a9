package servicos

import (
	"testing"

	"lojavirtual/store"
)

func TestUnderstand(t *testing.T) {
	var id int
	kinds := func(names ...string) (all []store.RequestKind) {
		for _, n := range names {
			id++
			all = append(all, store.RequestKind{ID: id, Name: n})
		}
		return all
	}
	types := []store.RequestType{
		{Name: "Conta", Kinds: kinds("Contestação de conta", "Conta não recebida", "Revisão de conta")},
		{Name: "Esgoto", Kinds: kinds("Esgoto extravasando na rua", "Esgoto retornando no imóvel")},
		{Name: "Falta d'água", NoWater: true, Kinds: kinds("Falta d'água na rua", "Falta d'água no imóvel", "Pouca pressão da água")},
		{Name: "Hidrômetro", Kinds: kinds("Hidrômetro com vazamento", "Hidrômetro furtado", "Hidrômetro parado")},
		{Name: "Qualidade da água", Kinds: kinds("Água com cor ou cheiro")},
		{Name: "Vazamento", Kinds: kinds("Vazamento na rua", "Vazamento no hidrômetro")},
	}
	for said, want := range map[string]string{
		"vazamento na rua":                          "Vazamento na rua",
		"tem um vazamento":                          "Vazamento: ?",
		"roubaram, quero avisar hidrômetro furtado": "Hidrômetro furtado",
		"estou sem água":                            "Falta d'água: ?",
		"falta de água na minha rua":                "Falta d'água na rua",
		"a água está com cheiro":                    "Água com cor ou cheiro",
		"o esgoto está retornando":                  "Esgoto retornando no imóvel",
		"quero contestar uma conta":                 "Contestação de conta",
		"ta vazando agua na minha rua":              "Vazamento na rua",
		"um cano estourou na rua":                   "Vazamento na rua",
		"esgoto vazando na rua":                     "Esgoto extravasando na rua",
		"meu hidrômetro furtado está vazando":       "Hidrômetro furtado",
		"a pressão está pouca":                      "Pouca pressão da água",
		"água":                                      "",
		"outros serviços":                           "",
		"":                                          "",
		"bom dia":                                   "",
	} {
		found, kind, ok := understand(types, said)
		got := ""
		if ok && kind != nil {
			got = kind.Name
		} else if ok {
			got = found.Name + ": ?"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}
