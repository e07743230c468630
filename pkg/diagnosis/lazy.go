package diagnosis

import (
	"regexp"
	"sync"
)

// lazy compiles a pattern when it is first used: most commands never judge anything, and start-up is measured.
func lazy(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
