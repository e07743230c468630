package output

import (
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"
)

// Age is a duration as kubectl's AGE column has it: 45s, 3m20s, 5d.
func Age(d time.Duration) string { return duration.HumanDuration(d) }

// Bytes is a size for people, in the units that bcpaas reads: 0, 512, 1.5Ki, 512Mi, 2Gi. Rounded to one decimal.
func Bytes(n int64) string {
	if n < 0 {
		if -n < 0 { // the smallest int64 has no positive counterpart
			return "-8Ei"
		}
		return "-" + Bytes(-n)
	}
	const units = "KMGTPE"
	value, unit := float64(n), -1
	for value >= 1023.95 && unit < len(units)-1 { // would be shown as 1024.0
		value /= 1024
		unit++
	}
	if unit < 0 {
		return strconv.FormatInt(n, 10)
	}
	return strings.TrimSuffix(strconv.FormatFloat(value, 'f', 1, 64), ".0") + units[unit:unit+1] + "i"
}
