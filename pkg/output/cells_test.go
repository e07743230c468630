package output_test

import (
	"math"
	"testing"
	"time"

	"github.com/bcpaas/bcpaas/pkg/output"
)

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 45 * time.Second: "45s", 200 * time.Second: "3m20s", 5 * 24 * time.Hour: "5d", -time.Hour: "<invalid>",
	} {
		if got := output.Age(d); got != want {
			t.Errorf("Age(%s) = %q, want %q", d, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 1023: "1023", 1024: "1Ki", 1536: "1.5Ki", 512 << 20: "512Mi", 2 << 30: "2Gi", 1<<20 - 1: "1Mi", 1<<30 - 1<<10: "1Gi",
		-1536: "-1.5Ki", math.MaxInt64: "8Ei", math.MinInt64: "-8Ei",
	} {
		if got := output.Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}
