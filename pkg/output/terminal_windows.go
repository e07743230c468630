package output

import "syscall"

// understandsSequences switches a Windows console to ANSI sequences, and tells whether that worked. The standard
// library's syscall package has no SetConsoleMode.
func understandsSequences(fd int) bool {
	const enableVirtualTerminalProcessing = 0x4
	handle := syscall.Handle(fd)
	var mode uint32
	if err := syscall.GetConsoleMode(handle, &mode); err != nil {
		return false
	}
	if mode&enableVirtualTerminalProcessing != 0 {
		return true
	}
	setMode := syscall.NewLazyDLL("kernel32.dll").NewProc("SetConsoleMode")
	ok, _, _ := setMode.Call(uintptr(handle), uintptr(mode|enableVirtualTerminalProcessing))
	return ok != 0
}
