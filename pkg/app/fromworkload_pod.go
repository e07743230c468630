package app

import (
	"fmt"
	"maps"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// pod takes a pod spec; own are the volumes that the pods keep, by name.
func (t *taker) pod(spec *corev1.PodSpec, own map[string]Volume) {
	m := t.component
	if len(spec.Containers) == 0 {
		return
	}
	for _, sidecar := range spec.Containers[1:] {
		t.extra = append(t.extra, Loss{Path: fmt.Sprintf("spec.template.spec.containers[name=%q]", sidecar.Name), Value: "the whole container, image " + sidecar.Image})
	}
	spec.Containers = spec.Containers[:1]
	c := &spec.Containers[0]
	if name := taken(&c.Name); name != DefaultComponent {
		t.extra = append(t.extra, Loss{Path: "spec.template.spec.containers[0].name", Value: fmt.Sprintf("%q: it will be called %s", name, DefaultComponent)})
	}
	mounts := append([]corev1.VolumeMount(nil), c.VolumeMounts...)
	m.Image, m.Command, m.Args = taken(&c.Image), taken(&c.Command), taken(&c.Args)
	c.Ports = t.ports(c.Ports)
	c.Env, m.Env, m.Secrets = environmentOf(c.Env)
	m.Resources = takeResources(&c.Resources)
	if m.Serves() {
		t.probes(c)
	}
	t.storage(spec, c, own)
	t.initContainers(spec, mounts)
	t.placement(spec)
	m.Restricted = takeRestricted(spec)
}

func (t *taker) ports(ports []corev1.ContainerPort) (left []corev1.ContainerPort) {
	for _, p := range ports {
		if !t.component.Serves() || p.HostPort != 0 || p.HostIP != "" {
			left = append(left, p)
			continue
		}
		mine := Port{Port: int(p.ContainerPort), Name: p.Name}
		if p.Protocol != corev1.ProtocolTCP {
			mine.Protocol = string(p.Protocol)
		}
		t.component.Ports = append(t.component.Ports, mine)
	}
	return left
}

// environmentOf takes plain values and keys of Secrets; what comes from elsewhere is left.
func environmentOf(env []corev1.EnvVar) (left []corev1.EnvVar, plain map[string]string, secrets map[string]Secret) {
	last := map[string]int{}
	for i, v := range env {
		last[v.Name] = i
	}
	for i, v := range env {
		if last[v.Name] != i {
			continue // a later one of the same name counts
		}
		switch from := v.ValueFrom; {
		case from == nil:
			set(&plain, v.Name, v.Value)
		case from.SecretKeyRef != nil && from.SecretKeyRef.Optional == nil:
			set(&secrets, v.Name, Secret{Secret: from.SecretKeyRef.Name, Key: from.SecretKeyRef.Key})
		default:
			left = append(left, v)
		}
	}
	return left, plain, secrets
}

func takeResources(r *corev1.ResourceRequirements) *Resources {
	r.Requests, r.Limits = maps.Clone(r.Requests), maps.Clone(r.Limits)
	amount := func(list corev1.ResourceList, name corev1.ResourceName) string {
		q, there := list[name]
		delete(list, name)
		if !there || q.IsZero() {
			return ""
		}
		return q.String()
	}
	return resourcesOf(
		amount(r.Requests, corev1.ResourceCPU), amount(r.Requests, corev1.ResourceMemory),
		amount(r.Limits, corev1.ResourceCPU), amount(r.Limits, corev1.ResourceMemory),
	)
}

func (t *taker) probes(c *corev1.Container) {
	mine := Probes{Ready: t.probe(c, &c.ReadinessProbe), Live: t.probe(c, &c.LivenessProbe), Startup: t.probe(c, &c.StartupProbe)}
	if mine.Ready == nil && c.ReadinessProbe == nil && t.component.firstTCP() != nil {
		mine.Ready = &Probe{Disabled: true} // the default would add one
	}
	if mine != (Probes{}) {
		t.component.Probes = &mine
	}
}

func (t *taker) probe(c *corev1.Container, field **corev1.Probe) *Probe {
	p := *field
	if p == nil {
		return nil
	}
	mine := &Probe{}
	switch {
	case p.HTTPGet != nil:
		http := p.HTTPGet
		port, ok := t.probePort(http.Port)
		if !ok || http.Host != "" || len(http.HTTPHeaders) > 0 || http.Scheme != "" && http.Scheme != corev1.URISchemeHTTP {
			return nil
		}
		mine.HTTP, mine.Port = orDefault(http.Path, "/"), port
	case p.TCPSocket != nil:
		port, ok := t.probePort(p.TCPSocket.Port)
		if !ok || p.TCPSocket.Host != "" {
			return nil
		}
		mine.Port = port
	case p.Exec != nil:
		mine.Exec = p.Exec.Command
	default:
		return nil
	}
	mine.Delay, mine.Period, mine.Timeout = spanOf(p.InitialDelaySeconds, 0), spanOf(p.PeriodSeconds, 10), spanOf(p.TimeoutSeconds, 1)
	if p.FailureThreshold != 3 {
		mine.Failures = int(p.FailureThreshold)
	}
	rest := &corev1.Probe{TerminationGracePeriodSeconds: p.TerminationGracePeriodSeconds}
	if p.SuccessThreshold > 1 {
		rest.SuccessThreshold = p.SuccessThreshold
	}
	*field = rest
	return mine
}

// probePort finds the number of a port, which may be given by its name.
func (t *taker) probePort(port intstr.IntOrString) (int, bool) {
	if port.Type == intstr.Int {
		return port.IntValue(), true
	}
	for i := range t.component.Ports {
		if t.component.Ports[i].Name == port.StrVal {
			return t.component.Ports[i].Port, true
		}
	}
	return 0, false
}

func spanOf(n, usual int32) string {
	if n == usual || n == 0 {
		return ""
	}
	return fmt.Sprintf("%ds", n)
}

// storage takes volumes together with their mounts: the pods' own, claims, scratch space, and single keys of Secrets.
func (t *taker) storage(spec *corev1.PodSpec, c *corev1.Container, own map[string]Volume) {
	volumes := map[string]corev1.Volume{}
	for _, v := range spec.Volumes {
		volumes[v.Name] = v
	}
	mounted, used := map[string]int{}, map[string]bool{}
	for _, mount := range c.VolumeMounts {
		mounted[mount.Name]++
	}
	var left []corev1.VolumeMount
	for _, mount := range c.VolumeMounts {
		v, ok := volumeOf(volumes[mount.Name], mount, own)
		// Compile would mount a volume once, whole, and name it once.
		plain := reflect.DeepEqual(mount, corev1.VolumeMount{Name: mount.Name, MountPath: mount.MountPath, ReadOnly: mount.ReadOnly})
		source := volumes[mount.Name].Secret
		switch {
		case ok && plain && mounted[mount.Name] == 1:
			v.Name, v.Path, v.ReadOnly = mount.Name, mount.MountPath, mount.ReadOnly
			t.component.Volumes = append(t.component.Volumes, v)
		case source != nil && isKeyMount(source, mount):
			set(&t.component.Files, mount.MountPath, File{Secret: source.SecretName, Key: mount.SubPath})
		default:
			left = append(left, mount)
			continue
		}
		used[mount.Name] = true
	}
	c.VolumeMounts = left
	for _, name := range sortedKeys(own) {
		if !used[name] {
			t.extra = append(t.extra, Loss{Path: fmt.Sprintf("spec.volumeClaimTemplates[name=%q]", name), Value: "the whole volume: it is not mounted once and whole"})
		}
	}
	for _, mount := range left {
		delete(used, mount.Name)
	}
	var rest []corev1.Volume
	for _, v := range spec.Volumes {
		if !used[v.Name] {
			rest = append(rest, v)
		}
	}
	spec.Volumes = rest
}

// isKeyMount: one key of a Secret as a file, with the mode that the server gives by itself.
func isKeyMount(source *corev1.SecretVolumeSource, mount corev1.VolumeMount) bool {
	whole := reflect.DeepEqual(*source, corev1.SecretVolumeSource{SecretName: source.SecretName, DefaultMode: source.DefaultMode}) &&
		(source.DefaultMode == nil || *source.DefaultMode == corev1.SecretVolumeSourceDefaultMode)
	return whole && mount.SubPath != "" && reflect.DeepEqual(mount, corev1.VolumeMount{
		Name: mount.Name, MountPath: mount.MountPath, SubPath: mount.SubPath, ReadOnly: mount.ReadOnly,
	})
}

func volumeOf(v corev1.Volume, mount corev1.VolumeMount, own map[string]Volume) (Volume, bool) {
	if mine, there := own[mount.Name]; there {
		return mine, true
	}
	switch {
	case v.EmptyDir != nil:
		return Volume{Scratch: true}, *v.EmptyDir == corev1.EmptyDirVolumeSource{}
	case v.PersistentVolumeClaim != nil:
		return Volume{Claim: v.PersistentVolumeClaim.ClaimName}, v.PersistentVolumeClaim.ReadOnly == mount.ReadOnly
	}
	return Volume{}, false
}

// initContainers take all but mounts that differ from those of the component, which they will have.
func (t *taker) initContainers(spec *corev1.PodSpec, mounts []corev1.VolumeMount) {
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		mine := InitContainer{Name: c.Name, Image: taken(&c.Image), Command: taken(&c.Command), Args: taken(&c.Args)}
		c.Env, mine.Env, mine.Secrets = environmentOf(c.Env)
		mine.Resources = takeResources(&c.Resources)
		if reflect.DeepEqual(c.VolumeMounts, mounts) || len(c.VolumeMounts) == 0 {
			c.VolumeMounts = nil
		}
		t.component.InitContainers = append(t.component.InitContainers, mine)
	}
}

func (t *taker) placement(spec *corev1.PodSpec) {
	m := t.component
	m.NodeSelector = taken(&spec.NodeSelector)
	m.ServiceAccount = taken(&spec.ServiceAccountName)
	spec.DeprecatedServiceAccount = ""
	if m.ServiceAccount == "default" {
		m.ServiceAccount = ""
	}
	for _, secret := range taken(&spec.ImagePullSecrets) {
		m.PullSecrets = append(m.PullSecrets, secret.Name)
	}
	var left []corev1.Toleration
	for _, from := range spec.Tolerations {
		mine := Toleration{Key: from.Key, Value: from.Value, Effect: string(from.Effect)}
		if from.TolerationSeconds != nil {
			mine.Stay = fmt.Sprintf("%ds", *from.TolerationSeconds)
		}
		exists := from.Operator == corev1.TolerationOpExists
		equal := (from.Operator == corev1.TolerationOpEqual || from.Operator == "") && from.Value != ""
		if !exists && !equal {
			left = append(left, from)
			continue
		}
		m.Tolerations = append(m.Tolerations, mine)
	}
	spec.Tolerations = left
}

// takeRestricted takes the security settings when they are just those of restricted.
func takeRestricted(spec *corev1.PodSpec) bool {
	p := &part{Component: &Component{Restricted: true}}
	want := p.containerSecurity()
	pod := spec.SecurityContext
	if pod == nil || !reflect.DeepEqual(*pod, corev1.PodSecurityContext{
		RunAsNonRoot: new(true), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}) {
		return false
	}
	all := append(append([]corev1.Container(nil), spec.Containers...), spec.InitContainers...)
	for _, c := range all {
		if !reflect.DeepEqual(c.SecurityContext, want) {
			return false
		}
	}
	spec.SecurityContext = nil
	for _, list := range [][]corev1.Container{spec.Containers, spec.InitContainers} {
		for i := range list {
			list[i].SecurityContext = nil
		}
	}
	return true
}
