package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
)

// judged returns what check says of the lines.
func judged(t *testing.T, kind, lines string) []map[string]any {
	t.Helper()
	var out bytes.Buffer
	if err := (check{Kind: kind}).judge(strings.NewReader(lines), &out); err != nil {
		t.Fatal(err)
	}
	var verdicts []map[string]any
	for d := json.NewDecoder(&out); ; {
		var v map[string]any
		if err := d.Decode(&v); err == io.EOF {
			return verdicts
		} else if err != nil {
			t.Fatal(err)
		}
		verdicts = append(verdicts, v)
	}
}

// names are those of the test vectors that check calls differently.
var names = map[string]string{"masked": "printed", "money_parse": "money"}

func named(name string) string {
	if other := names[name]; other != "" {
		return other
	}
	return name
}

// TestCheckVectors has every value of the stores' test vectors judged, once as
// what it is and once guessed.
func TestCheckVectors(t *testing.T) {
	judgedOf := map[string]int{}
	for _, file := range []string{"taxid/testdata/cpf.json", "taxid/testdata/cnpj.json", "febraban/testdata/arrecadacao.json", "brcode/testdata/brcode.json", "testdata/formats.json"} {
		text, err := os.ReadFile("../../store/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var set struct{ Vectors []map[string]any }
		if err := json.Unmarshal(text, &set); err != nil {
			t.Fatal(err)
		}
		for _, want := range set.Vectors {
			kind := named(want["check"].(string))
			input, ok := want["input"].(string)
			if _, known := readerNamed(kind); !known || !ok {
				continue // arithmetic, which is tested where it is done
			}
			judgedOf[kind]++
			got := judged(t, kind, input+"\n")[0]
			if got["input"] != input || got["kind"] != kind || got["valid"] != want["valid"] {
				t.Errorf("%s: %q is %v", want["id"], input, got)
			}
			if rule := want["rule"]; rule != nil && got["reason"] != rule {
				t.Errorf("%s: %q breaks %v, want %v", want["id"], input, got["reason"], rule)
			}
			if output, ok := want["output"].(map[string]any); ok {
				for key, value := range output {
					if !reflect.DeepEqual(got[named(key)], value) {
						t.Errorf("%s: %s of %q is %v, want %v", want["id"], key, input, got[named(key)], value)
					}
				}
			}
			if severity := want["severity"]; severity != got["severity"] {
				t.Errorf("%s: severity of %q is %v, want %v", want["id"], input, got["severity"], severity)
			}
			switch tolerant, told := want["tolerant"]; {
			case told && got["tolerant"] != tolerant, want["tolerant_ok"] == true && got["tolerant"] == nil:
				t.Errorf("%s: typed %q is taken for %v, want %v", want["id"], input, got["tolerant"], tolerant)
			case want["valid"] == true && got["tolerant"] != got["canonical"], want["valid"] == true && got["canonical"] == nil:
				t.Errorf("%s: %q is stored as %v, and typed as %v", want["id"], input, got["canonical"], got["tolerant"])
			case want["valid"] == false && got["canonical"] != nil:
				t.Errorf("%s: %q is wrong and stored as %v", want["id"], input, got["canonical"])
			}
			if guessed := judged(t, "", input+"\n")[0]; want["valid"] == true && !reflect.DeepEqual(guessed, got) {
				t.Errorf("%s: %q is guessed to be %v, want %v", want["id"], input, guessed, got)
			} else if guessed["valid"] == true && want["valid"] == false && guessed["kind"] == kind {
				t.Errorf("%s: %q is valid when guessed", want["id"], input)
			}
		}
	}
	for kind, least := range map[string]int{"cpf": 20, "cnpj": 20, "barcode": 20, "linha": 20, "brcode": 26, "txid": 3, "e2eid": 2, "phone": 3, "money": 5} {
		if judgedOf[kind] < least {
			t.Errorf("%d values of kind %s were judged, want %d at least", judgedOf[kind], kind, least)
		}
	}
}

func TestCheckLine(t *testing.T) {
	for _, c := range []struct{ kind, line, want string }{
		{
			"", "529.982.247-25",
			`{"input":"529.982.247-25","kind":"cpf","valid":true,"reason":null,"canonical":"52998224725","tolerant":"52998224725","printed":"529.982.247-25"}`,
		},
		{
			"", "529.982.247/25",
			`{"input":"529.982.247/25","kind":"cpf","valid":false,"reason":"format","canonical":null,"tolerant":"52998224725"}`,
		},
		{
			"", "1234567.9",
			`{"input":"1234567.9","kind":"matricula","valid":true,"reason":null,"canonical":"12345679","tolerant":"12345679","printed":"1234567.9"}`,
		},
		{
			"matrícula", "1234567-9",
			`{"input":"1234567-9","kind":"matricula","valid":false,"reason":"format","canonical":null,"tolerant":"12345679"}`,
		},
		{"", "12345678", // a digit that is not GSAN's is never a refusal
			`{"input":"12345678","kind":"matricula","valid":true,"reason":null,"canonical":"12345678","tolerant":"12345678","printed":"1234567.8","typo":true}`},
		{
			"matricula", "1234567890",
			`{"input":"1234567890","kind":"matricula","valid":false,"reason":"length","canonical":null,"tolerant":null}`,
		},
		{
			"pix", "<não>",
			`{"input":"<não>","kind":"brcode","valid":false,"reason":"crc_field","canonical":null,"tolerant":null,"severity":"unreadable"}`,
		},
		{
			"", "R$ 1.234,56",
			`{"input":"R$ 1.234,56","kind":"money","valid":true,"reason":null,"canonical":"R$` + "\u00a0" + `1.234,56","tolerant":"R$` + "\u00a0" + `1.234,56","cents":123456,"amount":"R$` + "\u00a0" + `1.234,56"}`,
		},
		{
			"", "82850000000559901231260079873280109202640003",
			`{"input":"82850000000559901231260079873280109202640003","kind":"barcode","valid":true,"reason":null,` +
				`"canonical":"82850000000559901231260079873280109202640003","tolerant":"82850000000559901231260079873280109202640003",` +
				`"printed":"82850000000-0 55990123126-8 00798732801-5 09202640003-2","cents":5599,"amount":"R$` + "\u00a0" + `55,99",` +
				`"line":"828500000000559901231268007987328015092026400032","segment":"2","value_id":"8","modulo":11,"dv_general":"5",` +
				`"company":"0123","free":"1260079873280109202640003","pays":"bill","matricula":"7987328","month":"09/2026"}`,
		},
		{"", "bom dia", `{"input":"bom dia","kind":"unknown","valid":false,"reason":"format","canonical":null,"tolerant":null}`},
		{"", "", `{"input":"","kind":"unknown","valid":false,"reason":"format","canonical":null,"tolerant":null}`},
	} {
		var out bytes.Buffer
		if err := (check{Kind: c.kind}).judge(strings.NewReader(c.line+"\n"), &out); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSuffix(out.String(), "\n"); got != c.want {
			t.Errorf("%q as %q:\n%s, want\n%s", c.line, c.kind, got, c.want)
		}
	}
}

// Each line has its verdict, whatever it is made of and however it ends.
func TestCheckLines(t *testing.T) {
	got := judged(t, "", "52998224725\r\n\n52998224725\x00\n"+strings.Repeat("9", 1<<20)+"\n11222333000181")
	for i, want := range []struct{ kind, reason any }{{"cpf", nil}, {"unknown", "format"}, {"cpf", "format"}, {"unknown", "length"}, {"cnpj", nil}} {
		if len(got) != 5 || got[i]["kind"] != want.kind || got[i]["reason"] != want.reason {
			t.Errorf("line %d: %.300v, want %v", i, got[i], want)
		}
	}
	if cut := got[3]["input"].(string); len(cut) != longest {
		t.Errorf("of a long line %d bytes are repeated", len(cut))
	}
	if v := judged(t, "cpf", strings.Repeat("5", longest)); len(v) != 1 || v[0]["kind"] != "cpf" || v[0]["reason"] != "length" {
		t.Errorf("a long line without end: %.300v", v)
	}
	if v := judged(t, "", ""); len(v) != 0 {
		t.Errorf("of nothing: %v", v)
	}
}

func TestCheckJunk(t *testing.T) {
	random := rand.NewChaCha8([32]byte{})
	junk := make([]byte, 1<<17)
	_, _ = random.Read(junk)
	for _, kind := range append(readers, reader{}) {
		if v := judged(t, kind.name, string(junk)); len(v) < bytes.Count(junk, []byte("\n")) {
			t.Errorf("%s: %d verdicts", kind.name, len(v))
		}
	}
}

func TestCheckKind(t *testing.T) {
	for kind, right := range map[string]bool{"": true, "cpf": true, "pix": true, "matrícula": true, "rg": false} {
		if err := (check{Kind: kind}).Validate(); (err == nil) != right {
			t.Errorf("--kind %q: %v", kind, err)
		}
	}
}

// A script may write a line and wait for the answer before the next one.
func TestCheckAnswersAtOnce(t *testing.T) {
	questions, ask := io.Pipe()
	answers, say := io.Pipe()
	go func() { _ = say.CloseWithError(check{}.judge(questions, say)) }()
	answer := json.NewDecoder(answers)
	for _, number := range []string{"52998224725", "11222333000181"} {
		if _, err := io.WriteString(ask, number+"\n"); err != nil {
			t.Fatal(err)
		}
		var v verdict
		if err := answer.Decode(&v); err != nil || string(v.Canonical) != number {
			t.Fatalf("%s: %+v, %v", number, v, err)
		}
	}
	gone := errors.New("gone")
	_ = ask.CloseWithError(gone)
	if err := answer.Decode(&verdict{}); !errors.Is(err, gone) {
		t.Errorf("input that fails: %v", err)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{"529.982.247-25", "82850000000559901231260079873280109202640003", "R$ 1,00", "+5579991234567", "000201", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range append(readers, reader{}) {
			v := check{Kind: kind.name}.verdict(s, true)
			if v.Valid != (v.Reason == "") || v.Valid != (v.Canonical != "") {
				t.Errorf("%q as %q: %+v", s, kind.name, v)
			}
			if v.Kind == "cpf" && v.Tolerant != "" && len(v.Tolerant) != 11 {
				t.Errorf("%q is stored as the CPF %q", s, v.Tolerant)
			}
		}
	})
}
