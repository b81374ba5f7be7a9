package bot

import "testing"

func TestAngry(t *testing.T) {
	for said, want := range map[string]bool{
		"isso é um ABSURDO, três dias sem água": true,
		"vou no Procon": true,
		"roubaram o hidrômetro, quero registrar o roubo": false,
		"cadê a porra da conta":                          true,
		"QUERO A MINHA CONTA AGORA!!":                    true,
		"quero a segunda via":                            false,
		"RUA DAS MANGUEIRAS, 30, SIQUEIRA CAMPOS":        false,
		"OI":                   false,
		"me ajuda por favor!!": false,
		"a conta veio com desconto na coleta de lixo": false,
		"moro na rua do curral":                       false,
		"":                                            false,
	} {
		if got := angry(said); got != want {
			t.Errorf("angry(%q) = %t", said, got)
		}
	}
}
