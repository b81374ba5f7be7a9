package segundavia_test

import (
	"slices"
	"testing"

	"lojavirtual/bot"
	"lojavirtual/flows/flowtest"
	"lojavirtual/flows/segundavia"
	"lojavirtual/store/postgres"
)

// An attendant is offered what is open at the person's property, and nothing that
// cannot be paid.
func TestHandouts(t *testing.T) {
	demo := flowtest.Demo(t)
	people := postgres.DemoPeople()
	maria := people[slices.IndexFunc(people, func(p postgres.DemoPerson) bool { return p.Name == "MARIA DAS DORES SANTOS" })].Properties[0]
	owed, err := demo.Bills(t.Context(), maria)
	if err != nil {
		t.Fatal(err)
	}
	payable := 0
	for _, b := range owed.List {
		if b.Payable() {
			payable++
		}
	}
	all, err := segundavia.Handouts(t.Context(), demo, true, maria)
	if err != nil || payable == 0 || len(all) != 3*payable {
		t.Fatalf("%d handouts of %d bills, %v", len(all), payable, err)
	}
	t.Log(all[:3])
	without, err := segundavia.Handouts(t.Context(), demo, false, maria)
	if err != nil || len(without) != 2*payable {
		t.Errorf("%d handouts without Pix, %v", len(without), err)
	}
	if slices.Contains(without, bot.Handout{Name: all[1].Name, Title: all[1].Title}) {
		t.Errorf("%v is offered where there is none", all[1])
	}
	for _, p := range people {
		for _, property := range p.Properties {
			if property == maria {
				continue
			}
			others, err := segundavia.Handouts(t.Context(), demo, true, property)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range others {
				if slices.Contains(all, h) {
					t.Errorf("%v is offered to another", h)
				}
			}
		}
	}
}
