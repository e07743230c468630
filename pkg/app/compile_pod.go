package app

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func (p *part) podTemplate() corev1.PodTemplateSpec {
	spec := corev1.PodSpec{
		Containers:         []corev1.Container{p.container()},
		InitContainers:     p.initContainers(),
		Volumes:            p.podVolumes(),
		NodeSelector:       p.NodeSelector,
		Tolerations:        p.tolerations(),
		ServiceAccountName: p.ServiceAccount,
	}
	for _, name := range p.PullSecrets {
		spec.ImagePullSecrets = append(spec.ImagePullSecrets, corev1.LocalObjectReference{Name: name})
	}
	if p.Restricted {
		spec.SecurityContext = &corev1.PodSecurityContext{
			RunAsNonRoot:   new(true),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		}
	}
	if !p.Serves() {
		spec.RestartPolicy = corev1.RestartPolicyNever // each try keeps its own pod, with its log
	}
	return corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: p.podLabels()}, Spec: spec}
}

func (p *part) container() corev1.Container {
	c := corev1.Container{
		Name:            p.DisplayName(),
		Image:           p.Image,
		Command:         p.Command,
		Args:            p.Args,
		Env:             p.environment("", p.Env, p.Secrets),
		Resources:       requirements(p.Resources),
		VolumeMounts:    p.mounts(),
		SecurityContext: p.containerSecurity(),
	}
	for i := range p.Ports {
		port := &p.Ports[i]
		c.Ports = append(c.Ports, corev1.ContainerPort{
			Name: port.name(i == 0), ContainerPort: int32(port.Port), Protocol: corev1.Protocol(port.protocol()),
		})
	}
	if p.Serves() {
		probes := p.effectiveProbes()
		c.ReadinessProbe, c.LivenessProbe, c.StartupProbe = p.probe(probes.Ready), p.probe(probes.Live), p.probe(probes.Startup)
	}
	return c
}

func (p *part) initContainers() []corev1.Container {
	var out []corev1.Container
	for i := range p.InitContainers {
		n := &p.InitContainers[i]
		out = append(out, corev1.Container{
			Name:            n.Name,
			Image:           orDefault(n.Image, p.Image),
			Command:         n.Command,
			Args:            n.Args,
			Env:             p.environment(n.Name, n.Env, n.Secrets),
			Resources:       requirements(n.Resources),
			VolumeMounts:    p.mounts(),
			SecurityContext: p.containerSecurity(),
		})
	}
	return out
}

func (p *part) containerSecurity() *corev1.SecurityContext {
	if !p.Restricted {
		return nil
	}
	return &corev1.SecurityContext{
		AllowPrivilegeEscalation: new(false),
		Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
	}
}

// effectiveProbes adds the default: ready when the first TCP port accepts connections.
func (p *part) effectiveProbes() Probes {
	probes := Probes{}
	if p.Probes != nil {
		probes = *p.Probes
	}
	if probes.Ready == nil && p.firstTCP() != nil {
		probes.Ready = &Probe{}
	}
	return probes
}

func (p *part) probe(q *Probe) *corev1.Probe {
	if q == nil || q.Disabled {
		return nil
	}
	out := &corev1.Probe{FailureThreshold: int32(q.Failures)}
	for into, text := range map[*int32]string{&out.InitialDelaySeconds: q.Delay, &out.PeriodSeconds: q.Period, &out.TimeoutSeconds: q.Timeout} {
		n, _ := seconds(text) // checked before
		*into = int32(n)
	}
	port := intstr.FromInt32(int32(q.Port))
	if first := p.firstTCP(); q.Port == 0 && first != nil {
		port = intstr.FromInt32(int32(first.Port))
	}
	switch {
	case len(q.Exec) > 0:
		out.Exec = &corev1.ExecAction{Command: q.Exec}
	case q.HTTP != "":
		out.HTTPGet = &corev1.HTTPGetAction{Path: q.HTTP, Port: port}
	default:
		out.TCPSocket = &corev1.TCPSocketAction{Port: port}
	}
	return out
}

func requirements(r *Resources) corev1.ResourceRequirements {
	if r == nil {
		return corev1.ResourceRequirements{}
	}
	out := corev1.ResourceRequirements{Requests: amounts(r.CPU, r.Memory)}
	if r.Limits != nil {
		out.Limits = amounts(r.Limits.CPU, r.Limits.Memory)
	}
	return out
}

func amounts(cpu, memory string) corev1.ResourceList {
	out := corev1.ResourceList{}
	for name, text := range map[corev1.ResourceName]string{corev1.ResourceCPU: cpu, corev1.ResourceMemory: memory} {
		if q, err := resource.ParseQuantity(text); text != "" && err == nil {
			out[name] = q
		}
	}
	return out
}

// podVolumes lists the volumes that are not claims of a StatefulSet's own.
func (p *part) podVolumes() []corev1.Volume {
	var out []corev1.Volume
	for _, v := range p.Volumes {
		switch {
		case v.Claim != "":
			out = append(out, corev1.Volume{Name: v.Name, VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: v.Claim, ReadOnly: v.ReadOnly},
			}})
		case v.Scratch:
			out = append(out, corev1.Volume{Name: v.Name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}})
		}
	}
	if p.config.configMap != "" {
		out = append(out, corev1.Volume{Name: reservedVolume + "files", VolumeSource: corev1.VolumeSource{
			ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: p.config.configMap}},
		}})
	}
	for i, name := range p.fileSecrets() {
		out = append(out, corev1.Volume{Name: secretVolume(i), VolumeSource: corev1.VolumeSource{
			Secret: &corev1.SecretVolumeSource{SecretName: name},
		}})
	}
	return out
}

func secretVolume(i int) string { return reservedVolume + "secret-" + strconv.Itoa(i) }

// fileSecrets lists the Secrets that files come from, each once.
func (p *part) fileSecrets() []string {
	names := map[string]bool{}
	for _, f := range p.Files {
		if f.Secret != "" {
			names[f.Secret] = true
		}
	}
	return sortedKeys(names)
}

func (p *part) mounts() []corev1.VolumeMount {
	var out []corev1.VolumeMount
	for _, v := range p.Volumes {
		out = append(out, corev1.VolumeMount{Name: v.Name, MountPath: v.Path, ReadOnly: v.ReadOnly})
	}
	volumes := map[string]string{}
	for i, name := range p.fileSecrets() {
		volumes[name] = secretVolume(i)
	}
	for _, path := range sortedKeys(p.Files) {
		mount := corev1.VolumeMount{Name: reservedVolume + "files", MountPath: path, SubPath: p.config.fileKeys[path], ReadOnly: true}
		if f := p.Files[path]; f.Secret != "" {
			mount.Name, mount.SubPath = volumes[f.Secret], f.Key
		}
		out = append(out, mount)
	}
	return out
}

func (p *part) tolerations() []corev1.Toleration {
	var out []corev1.Toleration
	for _, t := range p.Tolerations {
		toleration := corev1.Toleration{Key: t.Key, Value: t.Value, Effect: corev1.TaintEffect(t.Effect), Operator: corev1.TolerationOpEqual}
		if t.Value == "" {
			toleration.Operator = corev1.TolerationOpExists
		}
		if t.Stay != "" {
			n, _ := seconds(t.Stay) // checked before
			toleration.TolerationSeconds = new(int64(n))
		}
		out = append(out, toleration)
	}
	return out
}

// intOrPercent reads 1 or 25%; empty gives nil.
func intOrPercent(text string) *intstr.IntOrString {
	if text == "" {
		return nil
	}
	if strings.HasSuffix(text, "%") {
		return new(intstr.FromString(text))
	}
	n, _ := strconv.ParseInt(text, 10, 32) // checked before
	return new(intstr.FromInt32(int32(n)))
}
