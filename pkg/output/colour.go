package output

import "github.com/bcpaas/bcpaas/pkg/fault"

const resetStyle = "\x1b[0m"

// wantColour decides by flag, then environment, then terminal. NO_COLOR (no-color.org) wins over CLICOLOR_FORCE
// (bixense.com/clicolors); both count only when not empty.
func wantColour(choice string, tty bool, getenv func(string) string) (bool, error) {
	switch choice {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "", "auto":
	default:
		return false, unknownChoice("--color", choice, []string{"auto", "always", "never"})
	}
	switch {
	case getenv("NO_COLOR") != "":
		return false, nil
	case getenv("CLICOLOR_FORCE") != "" && getenv("CLICOLOR_FORCE") != "0":
		return true, nil
	case getenv("TERM") == "dumb", getenv("CLICOLOR") == "0":
		return false, nil
	default:
		return tty, nil
	}
}

// wantASCII reads BCPAAS_ASCII, which asks for no box, block and ellipsis characters.
func wantASCII(getenv func(string) string) bool {
	value := getenv("BCPAAS_ASCII")
	return value != "" && value != "0" && value != "false"
}

func ellipsisOf(ascii bool) string {
	if ascii {
		return "..."
	}
	return "…"
}

// paint puts the colour of a style around text, which must be harmless and cut already.
func paint(text string, style Style, colour bool) string {
	start := sgr(style)
	if !colour || start == "" || text == "" {
		return text
	}
	return start + text + resetStyle
}

func sgr(style Style) string {
	switch style {
	case StyleGood:
		return "\x1b[32m"
	case StyleWarn:
		return "\x1b[33m"
	case StyleBad:
		return "\x1b[31m"
	case StyleDim:
		return "\x1b[2m"
	default:
		return ""
	}
}

func unknownChoice(flag, got string, valid []string) error {
	return fault.New(fault.Usage, "unknown value %q for %s", Safe(got), flag).
		WithHint("did you mean %s %s? valid: %s", flag, nearest(got, valid), joined(valid))
}
