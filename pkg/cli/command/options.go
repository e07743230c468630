package command

import (
	"time"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// ServerDryRun reads --dry-run of verbs that can only be tried on the server.
func ServerDryRun(mode string) (bool, error) {
	switch mode {
	case "":
		return false, nil
	case "server":
		return true, nil
	default:
		return false, fault.New(fault.Usage, "--dry-run must be server, not %q", mode)
	}
}

// Timeout gives the verb's time limit: --timeout, $BCPAAS_TIMEOUT, the profile's, else the verb's own. Zero is no limit.
func (e *Env) Timeout(otherwise time.Duration) func() (time.Duration, error) {
	return func() (time.Duration, error) {
		settings, err := e.Settings()
		if err != nil {
			return 0, err
		}
		return settings.TimeoutOr(otherwise), nil
	}
}
