package diagnosis

import (
	"regexp"
	"strings"
)

// startFailure is what runc (or crun) says of a container that could not start.
type startFailure struct {
	NotFound bool   // the command is not there, or is no program
	Command  string // as far as the text tells
	Detail   string // "executable file not found in $PATH"
}

var (
	// runc: exec: "nope": executable file not found in $PATH
	//       exec: "/nope": stat /nope: no such file or directory
	reExec = lazy(`exec:? "([^"]+)": (?:stat [^:]+: )?(executable file not found in \$PATH|no such file or directory|permission denied|is a directory|exec format error)`)
	// runc, after the fork: exec /entry.sh: no such file or directory (its interpreter is missing); containerd: exec /x: exec format error
	reExecBare = lazy(`exec (\S+): (no such file or directory|permission denied|exec format error)`)
	// crun: executable file `nope` not found in $PATH
	reCrun = lazy("executable file `([^`]+)` (not found(?: in \\$PATH)?)")
	// crun: open executable: Permission denied; shells: sh: nope: not found
	reShell = lazy(`(?:^|/)(?:ba|da|a)?sh: (?:(?:line )?\d+: )?(\S+): (not found|command not found|[Pp]ermission denied)`)
)

// parseStartError reads the message of a StartError or RunContainerError. A missing file elsewhere in the text (a mount,
// a working folder) is not the command's.
func parseStartError(message string) startFailure {
	for _, re := range []func() *regexp.Regexp{reExec, reExecBare, reCrun} {
		if m := re().FindStringSubmatch(message); m != nil {
			return startFailure{NotFound: true, Command: m[1], Detail: m[2]}
		}
	}
	return startFailure{Detail: lastClause(strings.TrimSuffix(strings.TrimSpace(message), ": unknown"))}
}

// parseShellError finds what a shell could not run, in the last lines of a log.
func parseShellError(lines []string) startFailure {
	for i := len(lines) - 1; i >= 0 && i >= len(lines)-5; i-- {
		if m := reShell().FindStringSubmatch(lines[i]); m != nil {
			return startFailure{NotFound: true, Command: m[1], Detail: m[2]}
		}
	}
	return startFailure{}
}
