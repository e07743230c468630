package diagnosis

import "time"

// Verdict is the judgement in one word.
type Verdict string

// The verdicts.
const (
	Succeeded   Verdict = "succeeded"   // as wanted
	Progressing Verdict = "progressing" // not yet as wanted, and waiting may help
	Failed      Verdict = "failed"      // not as wanted, and waiting will not help
	Unknown     Verdict = "unknown"     // nothing can be said; never told as failed
)

// Bounds of a report, so that 500 failing pods read like three.
const (
	maxCauses   = 12
	maxEvidence = 5
	maxLogLines = 20
	maxText     = 600 // bytes of one evidence text
	maxNodes    = 5
	maxWantLogs = 6
	maxMissing  = 8
)

// Report is the judgement. Times are the server's.
type Report struct {
	Ref     `json:"object"`
	Verdict Verdict `json:"verdict"`
	// Degraded: it had come up as wanted, and now serves with fewer pods. A rollout under way is not degraded, whatever
	// the old revision still serves; and with no pod left it is simply down.
	Degraded bool   `json:"degraded,omitempty"`
	Summary  string `json:"summary"`

	Wanted    int32 `json:"wanted"`
	Ready     int32 `json:"ready"`
	Updated   int32 `json:"updated"`
	Available int32 `json:"available"`
	// UpdatedReady is how many pods of the wanted revision are ready; nil where only the whole is known.
	UpdatedReady *int32 `json:"updatedReady,omitempty"`
	Revision     string `json:"revision,omitempty"`

	Causes  []Cause  `json:"causes,omitempty"`  // the most telling first
	Missing []string `json:"missing,omitempty"` // what is not yet as wanted; empty when succeeded
	Unread  []Unread `json:"unread,omitempty"`  // what the judgement had to do without

	Wants []Want `json:"-"`
	// RecheckAfter is when a grace ends although no event need arrive; zero: only a change can change the verdict.
	RecheckAfter time.Duration `json:"-"`
}

// Cause is one reason why the workload is not as wanted.
type Cause struct {
	Code Code `json:"code"`
	// Final: waiting will not help. A cause of an old revision is never final.
	Final bool      `json:"final"`
	Old   bool      `json:"old,omitempty"` // only pods of an earlier revision have it
	Info  bool      `json:"info,omitempty"`
	Since time.Time `json:"since,omitzero"`

	Object    Ref    `json:"object"` // one that has it
	Container string `json:"container,omitempty"`
	Message   string `json:"message"`
	Hint      string `json:"hint,omitempty"`

	Evidence []Evidence `json:"evidence,omitempty"`
	Affected int        `json:"affected"` // pods that have it; 0 when it is the workload's own
	Total    int        `json:"total"`    // pods there are, or ought to be
	Nodes    []string   `json:"nodes,omitempty"`
	// Args are the values in Message, for programs and for other languages.
	Args map[string]string `json:"args,omitempty"`

	index int       // place of its policy in the table
	due   time.Time // when it becomes final by itself; zero: not by time
}

// EvidenceKind tells where evidence was found.
type EvidenceKind string

// The kinds of evidence.
const (
	FromEvent     EvidenceKind = "event"
	FromLog       EvidenceKind = "log"
	FromCondition EvidenceKind = "condition"
	FromStatus    EvidenceKind = "status"
)

// Evidence is one thing seen. A log tail is one evidence of several lines.
type Evidence struct {
	Kind   EvidenceKind `json:"kind"`
	Object string       `json:"object,omitempty"`
	Text   string       `json:"text"`
	Time   time.Time    `json:"time,omitzero"`
	Count  int32        `json:"count,omitempty"`
}

// Final is the first final cause; nil when there is none.
func (r *Report) Final() *Cause {
	for i := range r.Causes {
		if r.Causes[i].Final {
			return &r.Causes[i]
		}
	}
	return nil
}
