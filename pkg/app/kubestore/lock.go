package kubestore

import (
	"context"
	"fmt"
	"sync"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

const (
	// leaseFor is how long a lock outlives its holder: a killed CI job blocks the next one for no longer.
	leaseFor   = 30 * time.Second
	renewEvery = 10 * time.Second
	askEvery   = time.Second // while waiting for somebody else's lock

	noteMessage = "bcpaas.io/message"
	noteWho     = "bcpaas.io/who"
)

// Lock takes the lease of an app, so that two deploys never interleave. It waits up to wait for somebody else's, and
// calls waiting once when it has to. A lease tells who is at work and keeps others out of the way; what really excludes
// is the compare-and-swap on the app's head (see Releases).
func (s *Store) Lock(ctx context.Context, project, app string, by rollout.Holder, wait time.Duration, waiting func(held rollout.Held)) (rollout.Lock, error) {
	deadline := time.Now().Add(wait)
	told := false
	for {
		lease, held, err := s.tryLock(ctx, project, app, by)
		if err != nil {
			return nil, fmt.Errorf("locking %s/%s: %w", project, app, err)
		}
		if held == nil {
			return s.keep(ctx, lease), nil
		}
		if !time.Now().Before(deadline) {
			return nil, fault.New(fault.Conflict, "locking %s/%s: %s", project, app, held).WithCode("locked").On(project+"/"+app).
				WithHint("wait until it ends (app deploy --lock-wait 5m does); the lock ends by itself %s after its holder dies", leaseFor)
		}
		if !told {
			told = true
			waiting(*held)
		}
		select {
		case <-ctx.Done():
			return nil, fault.New(fault.Interrupted, "interrupted while waiting for the lock of %s/%s: nothing was changed", project, app)
		case <-time.After(askEvery):
		}
	}
}

// tryLock takes a free, expired or absent lease; held says who has it otherwise.
func (s *Store) tryLock(ctx context.Context, project, app string, by rollout.Holder) (*coordinationv1.Lease, *rollout.Held, error) {
	wanted := newLease(project, app, by, s.client.Now())
	current, err := kube.Get[coordinationv1.Lease](ctx, s.client, kube.Leases(), project, wanted.Name)
	if fault.Is(err, fault.NotFound) {
		made, err := kube.Create(ctx, s.client, kube.Leases(), wanted, false)
		if fault.Is(err, fault.Conflict) {
			return nil, &rollout.Held{Who: "somebody", Message: "just begun"}, nil
		}
		return made, nil, err
	}
	if err != nil {
		return nil, nil, err
	}
	if held := heldBy(current, s.client.Now()); held != nil {
		return nil, held, nil
	}
	wanted.ResourceVersion = current.ResourceVersion
	updated, err := kube.Update(ctx, s.client, kube.Leases(), wanted)
	if fault.Is(err, fault.Conflict) {
		return nil, &rollout.Held{Who: "somebody", Message: "just begun"}, nil
	}
	return updated, nil, err
}

func newLease(project, app string, by rollout.Holder, now time.Time) *coordinationv1.Lease {
	stamp := metav1.NewMicroTime(now)
	seconds := int32(leaseFor.Seconds())
	return &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: project, Name: "bcpaas." + app, Labels: labelsOf(app, "lock"),
			Annotations: map[string]string{noteMessage: by.Message, noteWho: by.Who},
		},
		Spec: coordinationv1.LeaseSpec{HolderIdentity: &by.ID, LeaseDurationSeconds: &seconds, AcquireTime: &stamp, RenewTime: &stamp},
	}
}

// heldBy is who holds a lease, nil when nobody does any more.
func heldBy(lease *coordinationv1.Lease, now time.Time) *rollout.Held {
	spec := lease.Spec
	if spec.HolderIdentity == nil || *spec.HolderIdentity == "" || spec.RenewTime == nil || spec.LeaseDurationSeconds == nil {
		return nil
	}
	until := spec.RenewTime.Add(time.Duration(*spec.LeaseDurationSeconds) * time.Second)
	if !until.After(now) {
		return nil
	}
	held := &rollout.Held{Who: lease.Annotations[noteWho], Message: lease.Annotations[noteMessage], Until: until}
	if spec.AcquireTime != nil {
		held.Since = spec.AcquireTime.Time
	}
	return held
}

// lock renews a lease until it is released.
type lock struct {
	store *Store
	stop  context.CancelFunc
	done  sync.WaitGroup
	lost  chan struct{}

	mu    sync.Mutex
	lease *coordinationv1.Lease
}

func (s *Store) keep(ctx context.Context, lease *coordinationv1.Lease) *lock {
	// The lock outlives Ctrl-C: a rollback that follows it needs it still.
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	l := &lock{store: s, stop: stop, lost: make(chan struct{}), lease: lease}
	l.done.Go(func() { l.renew(ctx) })
	return l
}

func (l *lock) renew(ctx context.Context) {
	ticks := time.NewTicker(renewEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		if l.renewOnce(ctx) {
			close(l.lost)
			return
		}
	}
}

// renewOnce renews the lease and tells whether it is lost. A conflict may be the echo of our own renewal whose answer was
// lost: who holds the lease decides. Any other failure is waited out: the server may be restarting, and nobody can take
// the lease meanwhile.
func (l *lock) renewOnce(ctx context.Context) (lost bool) {
	ctx, cancel := context.WithTimeout(ctx, renewEvery)
	defer cancel()
	l.mu.Lock()
	renewed := l.lease.DeepCopy()
	l.mu.Unlock()
	stamp := metav1.NewMicroTime(l.store.client.Now())
	renewed.Spec.RenewTime = &stamp
	updated, err := kube.Update(ctx, l.store.client, kube.Leases(), renewed)
	if fault.Is(err, fault.Conflict) {
		updated, err = kube.Get[coordinationv1.Lease](ctx, l.store.client, kube.Leases(), renewed.Namespace, renewed.Name)
		if err == nil && (updated.Spec.HolderIdentity == nil || *updated.Spec.HolderIdentity != *renewed.Spec.HolderIdentity) {
			return true
		}
	}
	if err != nil {
		return fault.Is(err, fault.NotFound)
	}
	l.mu.Lock()
	l.lease = updated
	l.mu.Unlock()
	return false
}

// Lost is closed when somebody else took the lock, or removed it.
func (l *lock) Lost() <-chan struct{} { return l.lost }

// Release gives the lock back. A failure is no harm: the lease ends by itself.
func (l *lock) Release(ctx context.Context) {
	l.stop()
	l.done.Wait()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.store.client.Delete(ctx, kube.Leases(), l.lease.Namespace, l.lease.Name, kube.DeleteOptions{
		UID: l.lease.UID, ResourceVersion: l.lease.ResourceVersion,
	})
}
