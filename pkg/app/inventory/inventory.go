// Package inventory holds what is known of workloads that are merely there: any Deployment, StatefulSet, DaemonSet, Job,
// CronJob or bare pod of any project, whoever made it. It is pure; package kubestore fills it.
package inventory

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// Health is the state of a workload in one word.
type Health string

// The states.
const (
	Healthy     Health = "healthy"
	Progressing Health = "progressing"
	Degraded    Health = "degraded" // it had come up, and serves no longer with all it should
	Failed      Health = "failed"
	Stopped     Health = "stopped" // nothing is wanted
	Unknown     Health = "unknown"
)

// Workload is one workload as lists show it.
type Workload struct {
	Project string    `json:"project"`
	Kind    string    `json:"kind"`
	Name    string    `json:"name"`
	App     string    `json:"app,omitempty"`     // the app that it belongs to, when bcpaas made it
	Release int       `json:"release,omitempty"` // the release that applied it
	Wanted  int32     `json:"wanted"`
	Ready   int32     `json:"ready"`
	Updated int32     `json:"updated"`
	Images  []string  `json:"images,omitempty"`
	Created time.Time `json:"created"`

	CPUMillis   int64 `json:"requestedMilliCPU"`    // of all wanted pods
	MemoryBytes int64 `json:"requestedMemoryBytes"` // of all wanted pods

	Health Health         `json:"health"`
	Cause  string         `json:"cause,omitempty"` // in few words
	Code   diagnosis.Code `json:"code,omitempty"`
}

// ID is what the next command takes: PROJECT/KIND/NAME.
func (w Workload) ID() string { return w.Ref().String() }

// Ref names the workload.
func (w Workload) Ref() diagnosis.Ref {
	return diagnosis.Ref{Kind: w.Kind, Namespace: w.Project, Name: w.Name}
}

// Judge takes the state out of a report.
func (w *Workload) Judge(r diagnosis.Report) {
	w.Wanted, w.Ready, w.Updated = r.Wanted, r.Ready, r.Updated
	switch {
	case r.Verdict == diagnosis.Unknown:
		w.Health = Unknown
	case r.Verdict == diagnosis.Succeeded && w.stops() && r.Wanted == 0:
		w.Health = Stopped
	case r.Verdict == diagnosis.Succeeded:
		w.Health = Healthy
	case r.Degraded:
		w.Health = Degraded
	case r.Verdict == diagnosis.Failed:
		w.Health = Failed
	default:
		w.Health = Progressing
	}
	w.Cause, w.Code = "", ""
	for _, cause := range r.Causes {
		if cause.Code == diagnosis.CronJobSuspended || cause.Code == diagnosis.JobSuspended { // on purpose, and to be seen
			w.Health, w.Cause, w.Code = Stopped, diagnosis.FewWords(cause), cause.Code
			return
		}
		if !cause.Info && !cause.Old {
			w.Cause, w.Code = diagnosis.FewWords(cause), cause.Code
			return
		}
	}
}

// stops tells the kinds of which zero pods means that somebody stopped them.
func (w *Workload) stops() bool { return w.Kind == "Deployment" || w.Kind == "StatefulSet" }

// Query says which workloads are meant.
type Query struct {
	Project  string   // empty: all
	Kinds    []string // e.g. Deployment
	Selector string   // a label selector
	// Note is told what the list had to do without: projects that may not be read.
	Note func(format string, args ...any)
}

// Store finds workloads.
type Store interface {
	// List reads workloads by project and name; causes are given for those that are unwell.
	List(ctx context.Context, q Query) iter.Seq2[Workload, error]
	// CheckProject gives a NotFound fault when there is no such project.
	CheckProject(ctx context.Context, project string) error
	// Find resolves a name as typed: the workloads of an app, or the one workload of that name.
	Find(ctx context.Context, a Arg) ([]diagnosis.Ref, error)
}

// Arg is a workload or an app as typed.
type Arg struct {
	Project string // empty: the current one
	Kind    string // empty: any
	Name    string
	Release int // of APP@N; 0: none
}

func (a Arg) String() string {
	if a.Kind != "" {
		return strings.ToLower(a.Kind) + "/" + a.Name
	}
	return a.Name
}

// DefaultKinds are the kinds that lists show by themselves. Bare pods are left out: finding them means reading all pods.
func DefaultKinds() []string {
	return []string{"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"}
}

// words are the kinds by all the names people give them.
func words() map[string]string {
	out := map[string]string{}
	for kind, names := range map[string]string{
		"Deployment": "deployment deployments deploy", "StatefulSet": "statefulset statefulsets sts",
		"DaemonSet": "daemonset daemonsets ds", "ReplicaSet": "replicaset replicasets rs",
		"Job": "job jobs", "CronJob": "cronjob cronjobs cj", "Pod": "pod pods po",
	} {
		for _, name := range strings.Fields(names) {
			out[name] = kind
		}
	}
	return out
}

// ParseKind reads a kind by any of its names.
func ParseKind(word string) (string, error) {
	if kind, ok := words()[strings.ToLower(word)]; ok {
		return kind, nil
	}
	known := []string{"deployment", "statefulset", "daemonset", "replicaset", "job", "cronjob", "pod"}
	made := fault.New(fault.Usage, "%q is no kind of workload", word).WithHint("the kinds are: %s", strings.Join(known, ", "))
	if nearest, ok := strictyaml.Nearest(strings.ToLower(word), known); ok {
		made.WithHint("did you mean %s?", nearest)
	}
	return "", made
}

// ParseArg reads NAME, KIND/NAME, PROJECT/NAME or PROJECT/KIND/NAME, each perhaps with @RELEASE. Of two parts the first
// is a kind where it can be one: a project called "job" needs three parts or -p.
func ParseArg(text string) (Arg, error) {
	var a Arg
	rest := text
	if before, release, ok := strings.Cut(text, "@"); ok {
		n, err := strconv.Atoi(release)
		if err != nil || n < 1 {
			return a, fault.New(fault.Usage, "%q: %q is no release number", text, release)
		}
		a.Release, rest = n, before
	}
	parts := strings.Split(rest, "/")
	a.Name = parts[len(parts)-1]
	var err error
	switch len(parts) {
	case 1:
	case 2:
		if kind, ok := words()[strings.ToLower(parts[0])]; ok {
			a.Kind = kind
		} else {
			a.Project = parts[0]
		}
	case 3:
		a.Project = parts[0]
		if a.Kind, err = ParseKind(parts[1]); err != nil {
			return a, err
		}
	default:
		return a, fault.New(fault.Usage, "%q is no app or workload", text).WithHint("NAME, KIND/NAME, PROJECT/NAME or PROJECT/KIND/NAME")
	}
	for _, part := range parts {
		if part == "" {
			return a, fault.New(fault.Usage, "%q is no app or workload: a part is empty", text).WithHint("NAME, KIND/NAME, PROJECT/NAME or PROJECT/KIND/NAME")
		}
	}
	return a, nil
}
