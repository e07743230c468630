package diagnosis

import (
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

var reClaimMissing = lazy(`persistentvolumeclaim "([^"]+)" not found`)

// claimRules: the scheduler waits for a claim. It tells whether it found the cause in a claim.
func (j *judgement) claimRules(c podCase, reason string) bool {
	if m := reClaimMissing().FindStringSubmatch(reason); m != nil {
		j.addPod(c, finding{
			code: ClaimMissing, key: m[1], args: map[string]string{"claim": m[1]},
			evidence: []Evidence{{Kind: FromCondition, Object: "pod/" + c.pod.Name, Text: clip(reason, maxText)}},
		})
		return true
	}
	if j.s.Claims == nil {
		j.want(Want{Kind: WantClaims})
		return false
	}
	found := false
	for _, name := range claimsOf(c.pod) {
		for _, claim := range j.s.Claims {
			if claim.Name == name && claim.Namespace == c.pod.Namespace && claim.Status.Phase != corev1.ClaimBound {
				j.unbound(c, claim)
				found = true
			}
		}
	}
	return found
}

// unbound tells what the provisioner, or the lack of one, says of a claim.
func (j *judgement) unbound(c podCase, claim *corev1.PersistentVolumeClaim) {
	f := finding{code: ClaimUnbound, key: claim.Name, since: claim.CreationTimestamp.Time}
	if begin := podSince(c.pod); begin.After(f.since) {
		f.since = begin
	}
	detail, class := "", "the default"
	if claim.Spec.StorageClassName != nil && *claim.Spec.StorageClassName != "" {
		class = *claim.Spec.StorageClassName
	}
	for _, e := range j.events.of(Ref{"PersistentVolumeClaim", claim.Namespace, claim.Name}, claim.UID, j.now.Add(-j.o.Recent)) {
		if e.Reason == "WaitForFirstConsumer" || e.Reason == "WaitForPodScheduled" {
			continue
		}
		detail = clip(oneLine(said(e)), 240)
		f.evidence = append(f.evidence, evidenceOf(e))
		f.sure = strings.Contains(said(e), "no storage class is set") || reClassMissing().MatchString(said(e))
		break
	}
	if claim.Status.Phase == corev1.ClaimLost {
		detail, f.sure = "its volume is gone", true
	}
	f.args = map[string]string{"claim": claim.Name, "class": class, "detail": detail}
	if c.pod != nil {
		j.addPod(c, f)
		return
	}
	f.object = Ref{"PersistentVolumeClaim", claim.Namespace, claim.Name}
	j.add(f)
}

var reClassMissing = lazy(`storageclass\.storage\.k8s\.io "[^"]+" not found`)

// claimsOf are the claims a pod mounts; those of generic ephemeral volumes carry the pod's name.
func claimsOf(p *corev1.Pod) []string {
	var out []string
	for _, v := range p.Spec.Volumes {
		switch {
		case v.PersistentVolumeClaim != nil:
			out = append(out, v.PersistentVolumeClaim.ClaimName)
		case v.Ephemeral != nil:
			out = append(out, p.Name+"-"+v.Name)
		}
	}
	return out
}

// volumeRules: a volume does not mount, since what it shows is missing, or for a reason of the storage.
func (j *judgement) volumeRules(c podCase, seen []*corev1.Event) {
	told := map[string]bool{}
	for _, e := range seen {
		if e.Reason != "FailedMount" && e.Reason != "FailedAttachVolume" && e.Reason != "FailedMapVolume" {
			continue
		}
		volume := parseVolume(said(e))
		// "Unable to attach or mount volumes: ... timed out waiting for the condition" repeats what others tell better.
		if volume == "" && len(told) > 0 || told[volume] {
			continue
		}
		told[volume] = true
		f := finding{since: firstSeen(e), fresh: lastSeen(e), evidence: []Evidence{evidenceOf(e)}}
		if missing, ok := parseMissingConfig(said(e)); ok {
			if missing.Name == "" {
				missing.Name = sourceOf(c.pod, volume, missing.Kind)
			}
			f.code, f.key = VolumeConfigMissing, missing.Kind+"/"+missing.Name+"/"+missing.Key
			f.args = map[string]string{"kind": missing.Kind, "object": missing.Name, "key": missing.Key, "volume": volume}
		} else {
			f.code, f.key = VolumeMountFailed, volume
			f.args = map[string]string{"volume": volume, "detail": lastClause(said(e))}
			// The kubelet tries again at most two minutes later: an older event is overcome.
			if j.now.Sub(f.fresh) > 5*j.o.Untold {
				continue
			}
		}
		j.addPod(c, f)
	}
}

// sourceOf is the ConfigMap or Secret behind a volume.
func sourceOf(p *corev1.Pod, volume, kind string) string {
	for _, v := range p.Spec.Volumes {
		switch {
		case v.Name != volume:
		case kind == "Secret" && v.Secret != nil:
			return v.Secret.SecretName
		case kind == "ConfigMap" && v.ConfigMap != nil:
			return v.ConfigMap.Name
		}
	}
	return "of volume " + volume
}

var reSandbox = lazy(`^Failed to create pod sandbox: (?s)(.*)$`)

// sandboxRules: the runtime or the network plugin of the node could not make the pod's sandbox.
func (j *judgement) sandboxRules(c podCase, seen []*corev1.Event) {
	for _, e := range seen {
		if e.Reason != "FailedCreatePodSandBox" && e.Reason != "NetworkNotReady" && e.Reason != "FailedCreatePodContainer" {
			continue
		}
		if j.now.Sub(lastSeen(e)) > 5*j.o.Untold {
			return
		}
		j.addPod(c, finding{
			code: SandboxFailed, key: "sandbox", since: firstSeen(e), fresh: lastSeen(e),
			args: map[string]string{"detail": lastClause(inner(reSandbox(), said(e)))}, evidence: []Evidence{evidenceOf(e)},
		})
		return
	}
}

// inner is what the pattern's group holds, or the whole text.
func inner(re *regexp.Regexp, text string) string {
	if m := re.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return text
}
