package rollout

import (
	"time"

	"github.com/bcpaas/bcpaas/pkg/app"
)

// EventType tells events apart.
type EventType string

// The events of a deployment, in the order in which they come.
const (
	EventWaiting   EventType = "waiting"   // somebody else has the lock
	EventKept      EventType = "kept"      // a live value stays
	EventUnchanged EventType = "unchanged" // there is nothing to change
	EventApplied   EventType = "applied"   // an object was changed
	EventProgress  EventType = "progress"  // the state of the workloads
	EventRestoring EventType = "restoring" // the state before is being restored
)

// Event is one step of a deployment, for whoever shows it.
type Event struct {
	Type    EventType
	Time    time.Time
	Message string
	Release int

	Held     *Held     // of waiting
	Kept     *app.Kept // of kept
	Object   string    // of kept and applied
	Action   Action    // of applied
	Progress *Progress // of progress
}

// tellPlan tells which live values stay.
func (r *run) tellPlan() {
	for i := range r.plan.Steps {
		s := &r.plan.Steps[i]
		for k := range s.Kept {
			r.outcome.Kept = append(r.outcome.Kept, KeptValue{Object: s.Ref.String(), Kept: s.Kept[k]})
			r.tell(Event{Type: EventKept, Object: s.Ref.String(), Kept: &s.Kept[k]})
		}
	}
}
