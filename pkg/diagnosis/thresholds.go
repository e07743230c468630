package diagnosis

import "time"

// Thresholds are all times of the engine beside those of the policies. The zero value stands for DefaultThresholds.
type Thresholds struct {
	// Graces of single codes, instead of those in Policies (SureGrace is cut to it).
	Graces map[Code]time.Duration

	// OneNodeFactor stretches a grace where one node may explain a cause.
	OneNodeFactor int
	// SecondTry: after so long a refused pull has been tried twice, should no event tell (kubelets try again after 10 s).
	SecondTry time.Duration
	// Stale: how long a failure from before the rollout is waited out; the longest back-off of a kubelet is 5 minutes.
	Stale time.Duration
	// Steady: a restarted container is believed to stay when it has run so long.
	Steady time.Duration
	// ScaleUp: the grace for an unschedulable pod for which the autoscaler said that it adds a node.
	ScaleUp time.Duration
	// Untold: for so long slow starts are not worth a word.
	Untold time.Duration
	// Overdue: a pod that should have ended longer ago than this is stuck.
	Overdue time.Duration
	// Recent: events older than this say nothing about now.
	Recent time.Duration
}

// DefaultThresholds are those that the documents tell.
func DefaultThresholds() Thresholds {
	return Thresholds{
		OneNodeFactor: 3,
		SecondTry:     20 * time.Second,
		Stale:         330 * time.Second,
		Steady:        10 * time.Second,
		ScaleUp:       6 * time.Minute,
		Untold:        30 * time.Second,
		Overdue:       60 * time.Second,
		Recent:        15 * time.Minute,
	}
}

// filled puts the defaults where nothing is given.
func (t Thresholds) filled() Thresholds {
	d := DefaultThresholds()
	if t.OneNodeFactor <= 0 {
		t.OneNodeFactor = d.OneNodeFactor
	}
	for _, field := range []struct {
		to   *time.Duration
		from time.Duration
	}{
		{&t.SecondTry, d.SecondTry},
		{&t.Stale, d.Stale},
		{&t.Steady, d.Steady},
		{&t.ScaleUp, d.ScaleUp},
		{&t.Untold, d.Untold},
		{&t.Overdue, d.Overdue},
		{&t.Recent, d.Recent},
	} {
		if *field.to <= 0 {
			*field.to = field.from
		}
	}
	return t
}

// graceOf is the policy's grace; sure chooses the shorter one, where there is one.
func (t Thresholds) graceOf(p Policy, sure bool) time.Duration {
	grace, given := t.Graces[p.Code]
	if !given {
		grace = p.Grace
	}
	if sure && p.SureGrace > 0 {
		grace = min(grace, p.SureGrace)
	}
	return grace
}
