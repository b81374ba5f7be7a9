//go:build !race

package whatsapptest

const racing = false
