package diagnosis

import (
	"sort"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// events finds events by the object they are about.
type events struct {
	by map[Ref][]*corev1.Event
}

// indexEvents sorts events under their objects, the newest first.
func indexEvents(list []*corev1.Event) events {
	out := events{by: map[Ref][]*corev1.Event{}}
	for _, e := range list {
		ref := Ref{e.InvolvedObject.Kind, e.InvolvedObject.Namespace, e.InvolvedObject.Name}
		out.by[ref] = append(out.by[ref], e)
	}
	for _, found := range out.by {
		sort.SliceStable(found, func(i, j int) bool { return lastSeen(found[i]).After(lastSeen(found[j])) })
	}
	return out
}

// of gives the events about an object that happened in [from, ...), the newest first. The uid keeps out those of an
// earlier object of the same name: the pods of a StatefulSet come back under theirs.
func (e events) of(ref Ref, uid types.UID, from time.Time) []*corev1.Event {
	var out []*corev1.Event
	for _, event := range e.by[ref] {
		about := event.InvolvedObject.UID
		if about != "" && uid != "" && about != uid {
			continue
		}
		if lastSeen(event).Before(from) {
			break
		}
		out = append(out, event)
	}
	return out
}

// lastSeen is when an event last happened; old and new writers fill different fields.
func lastSeen(e *corev1.Event) time.Time {
	last := e.LastTimestamp.Time
	if e.Series != nil && e.Series.LastObservedTime.After(last) {
		last = e.Series.LastObservedTime.Time
	}
	if last.IsZero() {
		last = e.EventTime.Time
	}
	if last.IsZero() {
		last = firstSeen(e)
	}
	return last
}

// firstSeen is when it first happened.
func firstSeen(e *corev1.Event) time.Time {
	for _, at := range []time.Time{e.FirstTimestamp.Time, e.EventTime.Time, e.LastTimestamp.Time} {
		if !at.IsZero() {
			return at
		}
	}
	return e.CreationTimestamp.Time
}

// times is how often it happened.
func times(e *corev1.Event) int32 {
	count := max(e.Count, 1)
	if e.Series != nil {
		count = max(count, e.Series.Count)
	}
	return count
}

// containerOf is the container an event is about: "spec.containers{web}".
func containerOf(e *corev1.Event) string {
	_, rest, found := strings.Cut(e.InvolvedObject.FieldPath, "{")
	if !found {
		return ""
	}
	return strings.TrimSuffix(rest, "}")
}

// said is an event's message without the mark of a writer that folds many into one.
func said(e *corev1.Event) string {
	return strings.TrimPrefix(e.Message, "(combined from similar events): ")
}

// evidenceOf keeps an event.
func evidenceOf(e *corev1.Event) Evidence {
	return Evidence{
		Kind: FromEvent, Object: Ref{e.InvolvedObject.Kind, "", e.InvolvedObject.Name}.Arg(),
		Text: clip(e.Reason+": "+oneLine(said(e)), maxText), Time: lastSeen(e), Count: times(e),
	}
}
