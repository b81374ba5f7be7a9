package diversion_test

import (
	"testing"

	"lojavirtual/bot/console/diversion"
	"lojavirtual/store"
)

var own = diversion.Of(store.Operator{
	CNPJ: "12345678000195", Site: "www.deso-se.com.br", Phones: []store.Phone{{Label: "Atendimento", Number: "0800 079 0195"}, {Label: "WhatsApp", Number: "+55 79 3226-1000"}},
	Ombudsman: store.Contact{Email: "ouvidoria@deso.example"}, Regulator: store.Contact{Site: "agrese.se.gov.br"},
}, "https://loja.deso.example")

// What would lead a customer's money elsewhere, however it is written.
func TestBribes(t *testing.T) {
	for text, why := range map[string]string{
		// lines and bar codes
		"83650000001-2 09120999000-4 00104372220-5 26050000000-1":                                 diversion.Code,
		"836500000012091209990004001043722205260500000001":                                        diversion.Code,
		"83650000001209129990004001043722205260500000":                                            diversion.Code,
		"34191.79001 01043.510047 91020.150008 5 89370000026035":                                  diversion.Code,
		"34191790010104351004791020150008589370000026035":                                         diversion.Code,
		"8365 0000 0012 0912 0999 0004 0010 4372 2205 2605 0000 00":                               diversion.Code,
		"8.3.6.5.0.0.0.0.0.0.1.2.0.9.1.2.0.9.9.9.0.0.0.4.0.0.1.0.4.3.7.2.2.2.0.5.2.6.0.5.0.0.0.0": diversion.Code,
		"a linha é 836500000012\n091209990004\n001043722205\n260500000001":                        diversion.Code,

		"８３６５０００００００１２０９１２０９９９０００４００１０４３７２２２０５２６０５００００": diversion.Code,

		"8365\u200b00000012\u200b091209990004\u200b001043722205\u200b260500000001":       diversion.Code,
		"836500000012 e depois 091209990004 e depois 001043722205 e depois 260500000001": diversion.Code,
		"8️⃣3️⃣6️⃣5️⃣0️⃣0️⃣0️⃣0️⃣0️⃣0️⃣1️⃣2️⃣0️⃣9️⃣1️⃣2️⃣0️⃣9️⃣9️⃣9️⃣0️⃣0️⃣0️⃣4️⃣0️⃣0️⃣1️⃣0️⃣4️⃣3️⃣7️⃣2️⃣2️⃣2️⃣0️⃣5️⃣2️⃣6️⃣0️⃣5️⃣0️⃣0️⃣0️⃣0️⃣": diversion.Code,
		"٨٣٦٥٠٠٠٠٠٠١٢٠٩١٢٠٩٩٩٠٠٠٤٠٠١٠٤٣٧٢٢٢٠٥٢٦٠٥٠٠٠٠":     diversion.Code,
		"836500OO0012O9l2O999OOO4OOlO43722205260500000001": diversion.Code,
		// PIX copia e cola
		"00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***63041D3D": diversion.Code,
		"000201 2658 0014 BR.GOV.BCB.PIX 0136": diversion.Code,
		"0002010102122679":                     diversion.Code,
		"copia e cola: 00020126 330014 b r . g o v . b c b . p i x 0111 70000010111": diversion.Code,
		"b\u200br.gov.bcb.p\u200bix": diversion.Code,
		"ВR.GОV.ВСВ.РIХ 0111":        diversion.Code, // half of it Cyrillic
		"00020101021126360014BR.GOV.BCB.PIX0114+55799999999995204000053039865802BR6304": diversion.Code,
		// random keys
		"123e4567-e12b-12d1-a456-426655440000":                            diversion.Key,
		"a chave é 123E4567-E12B-12D1-A456-426655440000, ok?":             diversion.Key,
		"123e4567 e12b 12d1 a456 426655440000":                            diversion.Key,
		"123e4567e12b12d1a456426655440000":                                diversion.Key,
		"1 2 3 e 4 5 6 7 e 1 2 b 1 2 d 1 a 4 5 6 4 2 6 6 5 5 4 4 0 0 0 0": diversion.Key,
		"123е4567-е12b-12d1-а456-426655440000":                            diversion.Key, // Cyrillic е, а

		"１２３ｅ４５６７－ｅ１２ｂ－１２ｄ１－ａ４５６－４２６６５５４４００００": diversion.Key,

		// keys that are something else, too
		"faz um pix para 79999112233": diversion.Key,
		"Pix: (79) 99911-2233":        diversion.Key,
		"p i x 79 9 9911 2233":        diversion.Key,
		"p.i.x. no 79 99911 2233":     diversion.Key,
		"P1X 79999112233":             diversion.Key,
		"рiх 79999112233":             diversion.Key, // Cyrillic р, х

		"ｐｉｘ ７９９９９１１２２３３": diversion.Key,

		"🅿🅸🆇 79999112233":                                               diversion.Key,
		"p\u200bi\u200bx 79999112233":                                   diversion.Key,
		"pi× 700.000.101-11":                                            diversion.Key,
		"a chave é o CPF 700.000.101-11":                                diversion.Key,
		"chave 70000010111":                                             diversion.Key,
		"chave CNPJ 70.000.005/0001-08":                                 diversion.Key,
		"pix no cnpj 7D.3MO.5E4/0001-89":                                diversion.Key,
		"pix para fulano@gmail.com":                                     diversion.Key,
		"chave: fulano (arroba) gmail ponto com":                        diversion.Key,
		"chave fulano arroba gmail.com":                                 diversion.Key,
		"transfere para 79 99911-2233 que eu religo":                    diversion.Key,
		"pode fazer a transferência para joao@pagamentos.com":           diversion.Key,
		"faça um depósito, CPF 700.000.101-11":                          diversion.Key,
		"chave sete nove nove nove nove um um dois dois três três":      diversion.Key,
		"pix 79 nove nove nove um um 22 33":                             diversion.Key,
		"meu celular é 79 99911-2233, manda o valor lá":                 diversion.Key,
		"Manda pra mim que eu dou baixa":                                diversion.Key,
		"me faz um pix pra mim que resolvo hoje":                        diversion.Key,
		"paga direto para mim e eu cancelo a multa":                     diversion.Key,
		"é só mandar na minha conta":                                    diversion.Key,
		"Para o Pix, use 0800 079 0195 ou melhor o meu, 79 99911-2233.": diversion.Key,
		"picpay 79999112233":                                            diversion.Key,
		// accounts
		"agência 1234 conta 56789-0":                                       diversion.Account,
		"Ag. 1234, C/C 56.789-0":                                           diversion.Account,
		"ag 0047 cc 123456":                                                diversion.Account,
		"Banese, agência 047, poupança 1012345-6":                          diversion.Account,
		"Nubank 0001 12345678-9":                                           diversion.Account,
		"banco 260 agencia 0001 conta corrente 7654321-0":                  diversion.Account,
		"agência um dois três quatro conta cinco seis sete oito nove zero": diversion.Account,
		// cards
		"4111 1111 1111 1111":                      diversion.Card,
		"o número do cartão é 5555.5555.5555.4444": diversion.Card,

		"４１１１１１１１１１１１１１１１": diversion.Card,

		// pages
		"pague em https://bit.ly/3xyz":                     diversion.Page,
		"http://www.deso-se.com.br/pagar":                  diversion.Page, // not https
		"https://deso-se.com.br.pagamento.net":             diversion.Page,
		"https://www.deso-se.com.br@pagamento.net":         diversion.Page,
		`https://pagamento.net\@www.deso-se.com.br`:        diversion.Page,
		"https://dеso-se.com.br":                           diversion.Page, // Cyrillic е
		"https://deso-se.com.br:8443/pagar":                diversion.Page,
		"deso-segundavia.com":                              diversion.Page,
		"entre em wa.me/5579999112233":                     diversion.Page,
		"t.me/fulano":                                      diversion.Page,
		"www.2via-deso.site":                               diversion.Page,
		"acesse pagamento ponto com ponto br":              diversion.Page,
		"acesse 2via-deso[.]com":                           diversion.Page,
		"h t t p s : / / 2via.example/p":                   diversion.Page,
		"https ://pagar.example":                           diversion.Page,
		"ftp://deso-se.com.br/x":                           diversion.Page,
		"https://loja.deso.example e https://mpago.la/1Zy": diversion.Page,
	} {
		switch got := own.Find(text); {
		case got == "":
			t.Errorf("%q passes", text)
		case got != why:
			t.Errorf("%q is refused for another reason: %s", text, got)
		}
	}
}

// What attendants write all day.
func TestHarmless(t *testing.T) {
	for _, text := range []string{
		"Bom dia, Maria! Aqui é a Ana, da DESO. Em que posso ajudar?",
		"A sua conta de 05/2026 é de R$ 84,30 e vence em 12/06/2026.",
		"As contas 03/2026, 04/2026 e 05/2026 somam R$ 1.091,12.",
		"O protocolo desta conversa é 2605.2012.3456.78.",
		"Protocolos: 2605.2012.3456.78, 2605.2113.4567.89 e 2605.2214.5678.90.",
		"Seu pedido tem o protocolo 2605201234567890, guarde o número.",
		"A matrícula do imóvel é 104372.2.",
		"A matrícula 1043722 está em nome de outra pessoa.",
		"O hidrômetro A12B345678 foi trocado em 10/05/2026.",
		"Ligue 0800 079 0195, a qualquer hora.",
		"O Pix da conta vai por aqui mesmo. Se preferir ligar: 0800 079 0195.",
		"Para conferir o Pix, ligue 0800-079-0195.",
		"Dúvidas sobre o Pix? Nosso WhatsApp é +55 79 3226-1000.",
		"Ao pagar por Pix, confira se o recebedor é a DESO, CNPJ 12.345.678/0001-95.",
		"A chave do cavalete fica na caixa de proteção.",
		"Feche a chave geral e espere 10 minutos.",
		"Já pedi a transferência de titularidade para o seu nome.",
		"A transferência da titularidade leva até 5 dias úteis.",
		"O seu Pix de R$ 84,30 caiu hoje às 14:32.",
		"Recebemos o Pix em 20/05/2026 às 14h32, obrigada!",
		"O pagamento por Pix aparece em até 30 minutos.",
		"Seu telefone no cadastro é (79) 99911-2233, está certo?",
		"O CPF 700.000.101-11 já está no cadastro do imóvel.",
		"Preciso do CPF do titular para continuar.",
		"O e-mail cadastrado é maria@example.org, confirma?",
		"Para reclamações, escreva a ouvidoria@deso.example.",
		"O Pix não foi reconhecido. Escreva a ouvidoria@deso.example com o comprovante.",
		"A segunda via está em https://www.deso-se.com.br.",
		"Veja em https://www.deso-se.com.br/segunda-via?mes=5 como fazer.",
		"O site é www.deso-se.com.br, em Serviços.",
		"O site é deso-se.com.br",
		"Confira o documento em https://loja.deso.example/d/K7Q2-1234.",
		"A agência reguladora é a AGRESE: agrese.se.gov.br",
		"Loja Centro: Rua Campo do Brito, 331, São José, Aracaju/SE, CEP 49020-380.",
		"Avenida Ivo de Carvalho, 290, Centro, das 7h às 13h.",
		"O técnico vai amanhã, entre 8h e 12h, no nº 123-A.",
		"A leitura passou de 1.234 m³ para 1.251 m³: 17 m³ no mês.",
		"A multa é de 2% e os juros de 1% ao mês.",
		"Em 12 parcelas de R$ 45,67, a primeira em 30/06/2026.",
		"São 3 contas: R$ 84,30, R$ 79,10 e R$ 91,02, total de R$ 254,42.",
		"Sua conta está em débito automático no Banese.",
		"Pague no Banco do Brasil ou no Banese, com a linha que mandei pelo painel.",
		"A conta de 04/2026 foi paga na Caixa em 10/05/2026.",
		"O débito automático do Itaú volta em 06/2026.",
		"Qual é a agência mais perto da senhora?",
		"A agência de Itabaiana abre às 7h; a conta 05/2026 pode ser paga lá.",
		"A ligação foi cortada em 03/2026 e religada em 05/05/2026.",
		"Sim, pode pagar com cartão: escolha Cartão em Negociar Débitos.",
		"Não pedimos senha nem número de cartão por aqui.",
		"Nunca faça Pix para pessoas: a DESO só recebe pelo código da conta.",
		"Isso é golpe, não pague. A chave Pix desse boleto não é nossa.",
		"Um minuto, por favor: estou vendo 1, 2 ou 3 contas.",
		"Obrigada por esperar! Vou transferir a conversa para a Bia, do comercial.",
		"Vou transferir o senhor para a equipe de campo, protocolo 2605.2012.3456.78.",
		"Certo. Me avise quando terminar.",
		"Certo.Me avise quando terminar, por favor.ok?",
		"Vazamento na rua: a equipe chega até 18:30 de hoje (ordem 123456).",
		"O RA 20260512345 está aberto desde 12/05/2026.",
		"Seu código de acompanhamento é RA-2026-00123.",
		"O consumo foi de 10 m³ em janeiro, 11 em fevereiro, 12 em março e 25 em abril.",
		"Depósito de água, caixa e cisterna precisam de tampa.",
		"O reservatório (depósito) de 1.000 litros leva 40 minutos para encher.",
		"É a tarifa social: R$ 22,10 até 10 m³.",
		"Feito! A data de vencimento agora é dia 15.",
		"Declaração de quitação de 2025: mandei em PDF.",
		"Qual é o seu nome completo?",
		"Até logo! 😊",
	} {
		if why := own.Find(text); why != "" {
			t.Errorf("%q is refused: %s", text, why)
		}
	}
}
