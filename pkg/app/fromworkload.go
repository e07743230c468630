package app

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Loss is one field of a running workload that the App file made of it does not carry.
type Loss struct {
	Path  string // spec.template.spec.containers[name="web"].lifecycle.preStop.exec.command
	Value string // as JSON, shortened
}

// FromWorkload writes the App of a running workload: a *Deployment, *StatefulSet, *CronJob or *Job of apps/v1 and batch/v1
// as the API server gives it, which is not changed. What the App file can't say is listed, nothing is dropped silently:
// each field is either taken over, the server's own default, or a Loss. Labels, selectors and the container's name become
// those of bcpaas and are listed where they differ, so that the App makes new objects beside the running ones of another
// selector. An error is a fault.Usage: another kind, or names and values that no App can have.
func FromWorkload(workload any) (*App, []Loss, error) {
	a := &App{APIVersion: APIVersion, Kind: Kind, Components: []Component{{}}}
	m := &a.Components[0]
	var meta *metav1.ObjectMeta
	var rest any
	t := &taker{component: m}
	switch w := workload.(type) {
	case *appsv1.Deployment:
		d := w.DeepCopy()
		meta, rest = &d.ObjectMeta, d
		t.deployment(d)
	case *appsv1.StatefulSet:
		s := w.DeepCopy()
		meta, rest = &s.ObjectMeta, s
		t.statefulSet(s)
	case *batchv1.CronJob:
		c := w.DeepCopy()
		meta, rest = &c.ObjectMeta, c
		t.cronJob(c)
	case *batchv1.Job:
		j := w.DeepCopy()
		meta, rest = &j.ObjectMeta, j
		t.job(j)
	default:
		return nil, nil, fault.New(fault.Usage, "an App file can be written of a Deployment, StatefulSet, CronJob or Job, not of %T", workload)
	}
	a.Name, a.Project = meta.Name, meta.Namespace
	*meta = metav1.ObjectMeta{Labels: meta.Labels, Annotations: meta.Annotations}
	if err := a.Validate(); err != nil {
		return nil, nil, fault.New(fault.Usage, "writing an App file of %s: %w", a.Name, err)
	}
	losses, err := t.losses(rest, a.Name)
	return a, losses, err
}

// taker moves fields of a copied workload into a component: what it takes it sets to zero, so that what is left at the end
// is what was not carried.
type taker struct {
	component *Component
	extra     []Loss // what is told in other words than its own field
}

func taken[T any](field *T) T {
	value := *field
	var zero T
	*field = zero
	return value
}

func (t *taker) replicas(field **int32) {
	if n := taken(field); n != nil && *n != 1 {
		t.component.Replicas = new(int(*n))
	}
}

func (t *taker) minReady(field *int32) {
	if n := taken(field); n != defaultMinReady {
		t.component.MinReady = new(int(n))
	}
}

func (t *taker) deployment(d *appsv1.Deployment) {
	d.Status = appsv1.DeploymentStatus{}
	t.replicas(&d.Spec.Replicas)
	t.minReady(&d.Spec.MinReadySeconds)
	s := &d.Spec.Strategy
	switch {
	case s.Type == appsv1.RecreateDeploymentStrategyType:
		t.component.Strategy = &Strategy{Type: "recreate"}
		*s = appsv1.DeploymentStrategy{}
	case s.RollingUpdate != nil:
		surge, unavailable := s.RollingUpdate.MaxSurge, s.RollingUpdate.MaxUnavailable
		*s = appsv1.DeploymentStrategy{}
		mine := Strategy{}
		if surge != nil && surge.String() != "25%" {
			mine.MaxSurge = surge.String()
		}
		if unavailable != nil && unavailable.String() != "25%" {
			mine.MaxUnavailable = unavailable.String()
		}
		if mine != (Strategy{}) {
			t.component.Strategy = &mine
		}
	}
	t.pod(&d.Spec.Template.Spec, nil)
}

func (t *taker) statefulSet(s *appsv1.StatefulSet) {
	s.Status = appsv1.StatefulSetStatus{}
	t.replicas(&s.Spec.Replicas)
	t.minReady(&s.Spec.MinReadySeconds)
	var left []corev1.PersistentVolumeClaim
	sizes := map[string]Volume{}
	for _, claim := range s.Spec.VolumeClaimTemplates {
		v, ok := ownVolume(&claim)
		if ok {
			sizes[v.Name] = v
		}
		claim.TypeMeta, claim.Status = metav1.TypeMeta{}, corev1.PersistentVolumeClaimStatus{}
		if rest := claim; rest.Name != "" || !ok {
			left = append(left, rest)
		}
	}
	s.Spec.VolumeClaimTemplates = left
	if u := s.Spec.UpdateStrategy.RollingUpdate; u != nil && u.MaxUnavailable != nil && len(sizes) > 0 {
		if text := taken(&u.MaxUnavailable).String(); text != "1" {
			t.component.Strategy = &Strategy{MaxUnavailable: text}
		}
	}
	t.pod(&s.Spec.Template.Spec, sizes)
	if !t.component.Stateful() {
		t.extra = append(t.extra, Loss{Path: "kind", Value: `"StatefulSet": without volumes of its own the component becomes a Deployment`})
	}
}

// ownVolume takes a claim template of the one shape that the App file has: one writer, a size, perhaps a class.
func ownVolume(claim *corev1.PersistentVolumeClaim) (Volume, bool) {
	spec := &claim.Spec
	size, sized := spec.Resources.Requests[corev1.ResourceStorage]
	if !sized || len(spec.AccessModes) != 1 || spec.AccessModes[0] != corev1.ReadWriteOnce {
		return Volume{}, false
	}
	v := Volume{Name: taken(&claim.Name), Size: size.String()}
	delete(spec.Resources.Requests, corev1.ResourceStorage)
	spec.AccessModes = nil
	if class := taken(&spec.StorageClassName); class != nil {
		v.Class = *class
	}
	if mode := spec.VolumeMode; mode != nil && *mode == corev1.PersistentVolumeFilesystem {
		spec.VolumeMode = nil
	}
	if labelled := len(claim.Labels)+len(claim.Annotations) > 0; labelled || spec.VolumeMode != nil || spec.Selector != nil || spec.DataSource != nil || spec.VolumeName != "" {
		claim.Name = v.Name // for the path of what is left
	}
	return v, true
}

func (t *taker) cronJob(c *batchv1.CronJob) {
	c.Status = batchv1.CronJobStatus{}
	mine := &Cron{Schedule: taken(&c.Spec.Schedule)}
	if zone := taken(&c.Spec.TimeZone); zone != nil {
		mine.TimeZone = *zone
	}
	switch taken(&c.Spec.ConcurrencyPolicy) {
	case batchv1.ReplaceConcurrent:
		mine.Overlap = "replace"
	case batchv1.ForbidConcurrent:
	default:
		mine.Overlap = "allow"
	}
	if suspended := taken(&c.Spec.Suspend); suspended != nil {
		mine.Suspended = *suspended
	}
	t.component.Cron = mine
	mine.Retries, mine.Timeout = t.jobSpec(&c.Spec.JobTemplate.Spec)
}

func (t *taker) job(j *batchv1.Job) {
	j.Status = batchv1.JobStatus{}
	// The server's own: the App makes a Job of another name.
	j.Spec.Selector, j.Spec.ManualSelector = nil, nil
	for _, labels := range []map[string]string{j.Labels, j.Spec.Template.Labels} {
		for _, name := range []string{"controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"} {
			delete(labels, name)
		}
	}
	mine := &Job{}
	t.component.Job = mine
	mine.Retries, mine.Timeout = t.jobSpec(&j.Spec)
}

func (t *taker) jobSpec(spec *batchv1.JobSpec) (retries int, timeout string) {
	retries = 6 // the server's default
	if n := taken(&spec.BackoffLimit); n != nil {
		retries = int(*n)
	}
	if n := taken(&spec.ActiveDeadlineSeconds); n != nil {
		timeout = fmt.Sprintf("%ds", *n)
	}
	if spec.Template.Spec.RestartPolicy == corev1.RestartPolicyNever {
		spec.Template.Spec.RestartPolicy = ""
	}
	t.pod(&spec.Template.Spec, nil)
	return retries, timeout
}
