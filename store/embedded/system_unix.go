//go:build unix && !linux

package embedded

import "syscall"

// dying would stop a server whose keeper was killed, which only Linux can do.
func dying() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{}
}

// memoryFolder would return a folder in memory.
func memoryFolder() string { return "" }
