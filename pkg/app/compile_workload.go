package app

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func (p *part) statefulSet() {
	s := &appsv1.StatefulSet{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "StatefulSet"},
		ObjectMeta: p.meta(p.base),
		Spec: appsv1.StatefulSetSpec{
			Replicas:        p.replicas(),
			MinReadySeconds: p.minReady(),
			Selector:        &metav1.LabelSelector{MatchLabels: p.selector},
			ServiceName:     p.headlessName(),
			Template:        p.podTemplate(),
		},
	}
	if p.Strategy != nil && p.Strategy.MaxUnavailable != "" {
		s.Spec.UpdateStrategy = appsv1.StatefulSetUpdateStrategy{
			Type:          appsv1.RollingUpdateStatefulSetStrategyType,
			RollingUpdate: &appsv1.RollingUpdateStatefulSetStrategy{MaxUnavailable: intOrPercent(p.Strategy.MaxUnavailable)},
		}
	}
	for _, v := range p.Volumes {
		if v.Size != "" {
			s.Spec.VolumeClaimTemplates = append(s.Spec.VolumeClaimTemplates, p.claimTemplate(v))
		}
	}
	p.headlessService()
	p.typed = append(p.typed, s)
}

func (p *part) claimTemplate(v Volume) corev1.PersistentVolumeClaim {
	claim := corev1.PersistentVolumeClaim{
		// The server fills these two in; without them the next apply of the same file would look like a change.
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
		ObjectMeta: metav1.ObjectMeta{Name: v.Name, Labels: p.podLabels()}, // the claims are found by them when the app goes
		Spec:       corev1.PersistentVolumeClaimSpec{AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}},
	}
	if q, err := resource.ParseQuantity(v.Size); err == nil {
		claim.Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: q}
	}
	if v.Class != "" {
		claim.Spec.StorageClassName = new(v.Class)
	}
	return claim
}

// jobSpec takes what job and cron have in common.
func (p *part) jobSpec(retries int, timeout string) batchv1.JobSpec {
	spec := batchv1.JobSpec{BackoffLimit: new(int32(retries)), Template: p.podTemplate()}
	if n, err := seconds(timeout); err == nil && n > 0 {
		spec.ActiveDeadlineSeconds = new(int64(n))
	}
	return spec
}

// job is named by its content: a Job can't be changed, and one that has run is not to run again unless it is another.
func (p *part) job() error {
	spec := p.jobSpec(p.Job.Retries, p.Job.Timeout)
	content, err := toMap(spec)
	if err != nil {
		return err
	}
	strip(content)
	p.typed = append(p.typed, &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: p.meta(p.base + "-" + contentHash(content)),
		Spec:       spec,
	})
	return nil
}

func (p *part) cronJob() {
	c := &batchv1.CronJob{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "CronJob"},
		ObjectMeta: p.meta(p.base),
		Spec: batchv1.CronJobSpec{
			Schedule:          p.Cron.Schedule,
			ConcurrencyPolicy: overlapPolicy(p.Cron.Overlap),
			JobTemplate: batchv1.JobTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: p.podLabels()},
				Spec:       p.jobSpec(p.Cron.Retries, p.Cron.Timeout),
			},
		},
	}
	if p.Cron.TimeZone != "" {
		c.Spec.TimeZone = new(p.Cron.TimeZone)
	}
	// Also when it is false: the file is what says whether the cron runs.
	c.Spec.Suspend = new(p.Cron.Suspended)
	p.typed = append(p.typed, c)
}

func overlapPolicy(overlap string) batchv1.ConcurrencyPolicy {
	switch overlap {
	case "allow":
		return batchv1.AllowConcurrent
	case "replace":
		return batchv1.ReplaceConcurrent
	}
	return batchv1.ForbidConcurrent
}

func (p *part) workloadKind() string {
	if p.Stateful() {
		return "StatefulSet"
	}
	return "Deployment"
}

func (p *part) autoscaler() {
	s := p.Autoscale
	if s == nil {
		return
	}
	h := &autoscalingv2.HorizontalPodAutoscaler{
		TypeMeta:   metav1.TypeMeta{APIVersion: "autoscaling/v2", Kind: "HorizontalPodAutoscaler"},
		ObjectMeta: p.meta(p.base),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: p.workloadKind(), Name: p.base},
			MinReplicas:    new(int32(max(1, s.Min))),
			MaxReplicas:    int32(s.Max),
		},
	}
	metric := func(name corev1.ResourceName, percent int) {
		if percent > 0 {
			h.Spec.Metrics = append(h.Spec.Metrics, autoscalingv2.MetricSpec{
				Type: autoscalingv2.ResourceMetricSourceType,
				Resource: &autoscalingv2.ResourceMetricSource{Name: name, Target: autoscalingv2.MetricTarget{
					Type: autoscalingv2.UtilizationMetricType, AverageUtilization: new(int32(percent)),
				}},
			})
		}
	}
	metric(corev1.ResourceCPU, s.cpu())
	metric(corev1.ResourceMemory, s.Memory)
	p.typed = append(p.typed, h)
}

// disruptionBudget lets a node drain take one pod at a time. A single pod gets none: it would only block the drain or
// change nothing. Pods that are not ready don't count, so that a broken app can't hold a node.
func (p *part) disruptionBudget() {
	several := p.Replicas != nil && *p.Replicas > 1 || p.Autoscale != nil && p.Autoscale.Min > 1
	if !several {
		return
	}
	p.typed = append(p.typed, &policyv1.PodDisruptionBudget{
		TypeMeta:   metav1.TypeMeta{APIVersion: "policy/v1", Kind: "PodDisruptionBudget"},
		ObjectMeta: p.meta(p.base),
		Spec: policyv1.PodDisruptionBudgetSpec{
			MaxUnavailable:             new(intstr.FromInt32(1)),
			Selector:                   &metav1.LabelSelector{MatchLabels: p.selector},
			UnhealthyPodEvictionPolicy: new(policyv1.AlwaysAllow),
		},
	})
}
