package embedded

import (
	"os"
	"syscall"
)

// dying makes the kernel stop a server whose keeper was killed. SIGINT is a
// fast shutdown for PostgreSQL and an orderly one for Redis.
func dying() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT}
}

// memoryFolder returns a folder in memory with room for a small database, ""
// if there is none or if TMPDIR says where temporary files go.
func memoryFolder() string {
	const dir, room = "/dev/shm", 1 << 30
	var s syscall.Statfs_t
	if os.Getenv("TMPDIR") != "" || syscall.Statfs(dir, &s) != nil || s.Bavail*uint64(s.Bsize) < room {
		return ""
	}
	return dir
}
