package e2e

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"github.com/rogpeppe/go-internal/testscript"
)

// ptyCommand is pty [-cols N] [-exit CODE] [-type TEXT] PROGRAM ARG...: it runs a program under a terminal. stdout is the
// screen at the end, with all that scrolled off its top; stderr is what was written to the terminal, byte by byte.
func ptyCommand(ts *testscript.TestScript, neg bool, args []string) {
	columns, code, typed := 80, 0, ""
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		var err error
		switch args[0] {
		case "-cols":
			columns, err = strconv.Atoi(args[1])
		case "-exit":
			code, err = strconv.Atoi(args[1])
		case "-type":
			typed, err = strconv.Unquote(`"` + args[1] + `"`)
		default:
			err = errors.New("pty: unknown option " + args[0])
		}
		ts.Check(err)
		args = args[2:]
	}
	if neg || len(args) == 0 {
		ts.Fatalf("usage: pty [-cols N] [-exit CODE] [-type TEXT] PROGRAM [ARG...]")
	}
	words := resolve(ts, args)
	program := exec.Command(words[0], words[1:]...)
	program.Env, program.Dir = environment(ts), ts.MkAbs(".")
	raw, err := underTerminal(program, columns, typed)
	if raw == "" {
		ts.Check(err)
	}
	fmt.Fprint(ts.Stdout(), newScreen(columns).draw(raw).String())
	fmt.Fprint(ts.Stderr(), raw)
	if got := codeOf(err); got != code {
		ts.Fatalf("exit code %d, want %d; it printed\n%s", got, code, raw)
	}
}

// underTerminal runs a program as the leader of a session on a new terminal and gives back what it wrote.
func underTerminal(program *exec.Cmd, columns int, typed string) (string, error) {
	master, slave, err := openTerminal(columns)
	if err != nil {
		return "", err
	}
	defer master.Close()
	program.Stdin, program.Stdout, program.Stderr = slave, slave, slave
	program.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = program.Start()
	_ = slave.Close()
	if err != nil {
		return "", err
	}
	if _, err := io.WriteString(master, typed); err != nil {
		return "", err
	}
	raw, _ := io.ReadAll(master) // ends with EIO when the last writer is gone
	return string(raw), program.Wait()
}

func openTerminal(columns int) (master, slave *os.File, err error) {
	master, err = os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	var unlock, number int32
	size := [4]uint16{24, uint16(columns)}
	for _, call := range []struct {
		request uintptr
		arg     unsafe.Pointer
	}{
		{syscall.TIOCSPTLCK, unsafe.Pointer(&unlock)},
		{syscall.TIOCGPTN, unsafe.Pointer(&number)},
		{syscall.TIOCSWINSZ, unsafe.Pointer(&size)},
	} {
		if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), call.request, uintptr(call.arg)); failed != 0 {
			return nil, nil, errors.Join(failed, master.Close())
		}
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, errors.Join(err, master.Close())
	}
	return master, slave, nil
}
