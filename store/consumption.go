package store

// A Consumption is what one month's water was measured and billed as:
// micromedicao.consumo_historico with the reading of medicao_historico, where
// there is one (gsan-rules HIS-1 to HIS-6). Measured and billed differ lawfully,
// by minimum, mean or estimate, so whoever shows a volume says which it is.
type Consumption struct {
	Month    Month
	HasWater bool // there is a record of water for the month; else Billed to Anomaly say nothing
	Billed   int  // m³ of water on the bill
	Least    int  // m³ that are billed at least, 0 if not known
	Mean     int  // m³ a month, as GSAN had it then, 0 if not known
	Kind     UseKind
	How      string     // the consumption type in words, such as "Média do hidrômetro" (HIS-5)
	Odd      UseAnomaly // what was unusual, as far as we know what to say of it
	Anomaly  string     // the same in GSAN's words, "" if there was nothing

	Read     bool    // somebody read the meter: else the month is "sem leitura" (HIS-4)
	Measured int     // m³ by the meter, if Read
	Previous Reading // where the meter stood before, if it is known
	Current  Reading // and now, as the bill took it
	Informed Reading // as the reader wrote it down, if it differs from Current (HIS-2)
	Trouble  string  // why it was not read, or what the reader found, in GSAN's words

	HasSewage bool
	Sewage    int // m³ of sewage on the bill, if HasSewage (HIS-3)
}

// Days returns the number of days between the readings, 0 if it is not known.
func (c Consumption) Days() int {
	if c.Previous.On.IsZero() || c.Current.On.IsZero() {
		return 0
	}
	return c.Previous.On.DaysUntil(c.Current.On)
}

// UseKind is how a month's consumption was found, consumo_tipo (HIS-5).
type UseKind int

// The kinds that we say something about.
const (
	OtherUse  UseKind = 0
	RealUse   UseKind = 1
	Unmetered UseKind = 5 // there is no meter
)

// UseAnomaly is what was unusual about a month's consumption,
// consumo_anormalidade (HIS-5).
type UseAnomaly int

// The anomalies that we say something about.
const (
	NothingOdd UseAnomaly = 0
	LowUse     UseAnomaly = 4
	BurstUse   UseAnomaly = 5 // estouro: far above the mean
	HighUse    UseAnomaly = 6
)

// Consumptions is the consumption of a property while its present occupant
// lived there.
type Consumptions struct {
	List     []Consumption // newest first; a month without any record is missing
	Occupied bool          // false without a current usuário: then the list is empty (DEB-15)
}

// Of returns a month; ok is false if there is no record of it.
func (c Consumptions) Of(m Month) (found Consumption, ok bool) {
	for _, one := range c.List {
		if one.Month == m {
			return one, true
		}
	}
	return Consumption{}, false
}

// Last returns n months up to and including the last, oldest first. Those
// without a record have no water: months are never left out in between.
func (c Consumptions) Last(n int, last Month) []Consumption {
	all := make([]Consumption, n)
	for i := range all {
		m := last.Add(i + 1 - n)
		found, ok := c.Of(m)
		if !ok {
			found = Consumption{Month: m}
		}
		all[i] = found
	}
	return all
}
