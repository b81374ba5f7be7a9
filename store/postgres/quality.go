package postgres

import (
	"encoding/json"
	"strconv"
	"strings"

	"lojavirtual/store"
)

// waterParameters is what a bill says of the water, and the columns of
// qualidade_agua and qualidade_agua_padrao that say it. The last two are not in
// every GSAN.
var waterParameters = []struct{ name, mean, samples, conform, standard string }{
	{"Turbidez", "nnindiceturbidez", "qtturbidezanalisadas", "qtturbidezconforme", "dspadraoturbidez"},
	{"Cor", "nnindicecor", "qtcoranalisadas", "qtcorconforme", "dspadraocor"},
	{"Cloro residual", "nnclororesidual", "qtcloroanalisadas", "qtcloroconforme", "dspadraocloro"},
	{"Flúor", "nnindicefluor", "qtfluoranalisadas", "qtfluorconforme", "dspadraofluor"},
	{"Coliformes totais", "nnindicecoliformestotais", "qtcoliftotanls", "qtcoliftotconforme", "dspadraocoliformestotais"},
	{"Coliformes termotolerantes", "nnindicecoliftermo", "qtcoliftermoanls", "qtcoliftermoconforme", "dspadraocoliftermo"},
	{"Escherichia coli", "nnindiceecoli", "qtecolianalisadas", "qtecoliconforme", "dspadraoecoli"},
}

// quality reads a row of qualidade_agua: the parameters that were measured
// (VIA-11).
func quality(measured, standards columns) []store.QualityRow {
	var rows []store.QualityRow
	for _, p := range waterParameters {
		mean := measured.text("qlag_" + p.mean)
		samples := measured.number("qlag_" + p.samples)
		if mean == "" && samples == 0 {
			continue
		}
		rows = append(rows, store.QualityRow{
			Parameter: p.name,
			Standard:  standards.text("qlap_" + p.standard),
			Mean:      strings.Replace(mean, ".", ",", 1),
			Samples:   samples,
			Conform:   measured.number("qlag_" + p.conform),
		})
	}
	return rows
}

// columns is a row as JSON, by column. One that is missing reads as one that is
// null.
type columns map[string]json.RawMessage

// text returns a column as the server writes it, without quotes; "" if null.
func (c columns) text(name string) string {
	var word string
	if raw := c[name]; json.Unmarshal(raw, &word) != nil {
		word = string(raw) // a number
	}
	return strings.TrimSpace(word)
}

// number returns a whole number, 0 if null.
func (c columns) number(name string) int {
	n, _ := strconv.Atoi(c.text(name))
	return n
}
