//go:build !unix

package embedded

import "syscall"

func keepIfKeeper() {}

func detached() *syscall.SysProcAttr { return nil }

func dataOwner(string) (*owner, error) { return nil, nil }

func canEnter(string, *owner) bool { return true }
