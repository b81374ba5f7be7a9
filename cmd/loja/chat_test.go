package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// A script on standard input is played and its transcript printed.
func TestChatPlaysAScript(t *testing.T) {
	c := command(t, "chat")
	c.Stdin = strings.NewReader("# Maria wants her bill.\noi\nsegunda via\n1043722\n700.000.101-11\n[Todas as contas]\nlinha\n[Todas as contas]\nsair\n")
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	text := string(out)
	for _, part := range []string{
		`(?m)^# Maria wants her bill\.\n> oi\n< Olá! Sou o assistente virtual da \*DESO\*`,
		`(?m)^< A matrícula .104372\.2. tem 3 contas em aberto\.`,
		`(?m)^> \[Todas as contas\]\n< Como prefere receber\?`,
		`(?m)^< \{82\d{46}\}$`,
		`(?m)^> \[Todas as contas\]\n< Essa opção é de uma pergunta que já passou\.`,
		`(?m)^> sair\n< Conversa encerrada\.`,
	} {
		if !regexp.MustCompile(part).MatchString(text) {
			t.Errorf("no %s in\n%s", part, text)
		}
	}
	if n := strings.Count(text, "\n> ") + strings.Count(text, "\n# "); n != 8 {
		t.Errorf("%d lines were said", n)
	}
}
