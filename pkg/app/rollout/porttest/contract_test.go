package porttest_test

import (
	"testing"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app/rollout/porttest"
)

func TestFakesKeepTheContract(t *testing.T) {
	locker := porttest.NewLocker()
	porttest.Contract(t, porttest.Subject{
		Records: porttest.NewRecords(), Locker: locker, Project: "shop", LostWithin: time.Second,
		Expire: func(_ *testing.T, name string) { locker.Expire("shop", name) },
	})
}
