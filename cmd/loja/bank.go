package main

import (
	"lojavirtual/store"
	"lojavirtual/store/bank"
)

// openBank returns the client of the operator's bank, which must have one. The
// error is problems.
func openBank(cfg config, op store.Operator) (*bank.Client, error) {
	if err := cfg.require("LOJA_BANK_SECRET"); err != nil {
		return nil, err
	}
	b := op.Pix.Bank
	client, err := bank.New(bank.Config{
		API: b.API, Token: b.Token, ClientID: b.ClientID, Secret: cfg.BankSecret,
		Certificate: b.Certificate, PrivateKey: b.PrivateKey, CA: b.CA,
		Key: op.Pix.Key, Name: op.Pix.Name, City: op.Pix.City,
	})
	if err != nil {
		return nil, problems{"pix.bank: " + err.Error()}
	}
	return client, nil
}
