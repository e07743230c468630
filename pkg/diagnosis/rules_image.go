package diagnosis

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// image: the status tells first; where it has only the back-off, the events' last failure is taken; and where neither
// tells, that is said, and waited for longer.
func (j *judgement) image(c containerCase, waiting *corev1.ContainerStateWaiting) {
	image := c.spec.Image
	read := readWaitingImage(waiting, image)
	evidence := []Evidence{statusEvidence(c.pod, waiting.Reason+": "+waiting.Message, time.Time{})}
	failed := pullEvents(c.events, image)
	if len(failed) > 0 {
		if read.Code == "" {
			read = parseImageError(said(failed[0]), image)
		}
		evidence = append(evidence, evidenceOf(failed[0]))
	}
	if read.Code == "" {
		read = imageFailure{ImagePullFailed, "neither the status nor an event says why"}
	}
	f := finding{code: read.Code, container: c.spec.Name, key: image, evidence: evidence, tries: j.pullTries(c, failed)}
	f.since, f.fresh = pullTimes(c.pod, failed)
	if f.tries < 2 && j.now.Sub(f.since) >= j.o.SecondTry {
		f.tries = 2
	}
	f.args = imageArgs(read, image)
	j.addPod(c.podCase, f)
}

func readWaitingImage(waiting *corev1.ContainerStateWaiting, image string) imageFailure {
	switch waiting.Reason {
	case "InvalidImageName":
		return imageFailure{ImageNameInvalid, lastClause(waiting.Message)}
	case "ErrImageNeverPull":
		return imageFailure{Code: ImageNeverPull}
	case "RegistryUnavailable":
		// The kubelet's class is wide: its text may still tell a time-out.
		if read := parseImageError(waiting.Message, image); read.Code == ImagePullTimeout {
			return read
		}
		return imageFailure{RegistryUnreachable, lastClause(waiting.Message)}
	case "ImageInspectError", "SignatureValidationFailed":
		return imageFailure{ImagePullFailed, lastClause(waiting.Message)}
	}
	return parseImageError(waiting.Message, image)
}

// imageArgs supplies the placeholders that the code's policy lists.
func imageArgs(read imageFailure, image string) map[string]string {
	args := map[string]string{"image": image}
	// "IMAGE: not found" after "image IMAGE not found" says nothing more.
	read.Detail = strings.TrimPrefix(read.Detail, image+": ")
	if read.Detail == "not found" || strings.HasSuffix(read.Detail, image+": not found") {
		read.Detail = ""
	}
	switch read.Code {
	case ImageNeverPull:
	case ImageNotFound:
		args["repository"], args["detail"] = repositoryOf(image), read.Detail
	case RegistryUnreachable, ImagePullTimeout:
		args["registry"], args["detail"] = registryOf(image), read.Detail
	default:
		args["detail"] = read.Detail
	}
	return args
}

// pullEvents are the failures to pull this image, the newest first.
func pullEvents(seen []*corev1.Event, image string) []*corev1.Event {
	var out []*corev1.Event
	for _, e := range seen {
		if strings.HasPrefix(said(e), "Failed to pull image") && strings.Contains(said(e), image) {
			out = append(out, e)
		}
	}
	return out
}

// pullTries counts the tries that ended: the failures that were told.
func (j *judgement) pullTries(c containerCase, failed []*corev1.Event) int32 {
	tries := int32(1)
	told := int32(0)
	for _, e := range failed {
		if !lastSeen(e).Before(j.s.NotBefore) || !c.pod.CreationTimestamp.Time.Before(j.s.NotBefore) {
			told += times(e)
		}
	}
	return max(tries, told)
}

// pullTimes are the first and the last sign; without events the pod's beginning and nothing.
func pullTimes(pod *corev1.Pod, failed []*corev1.Event) (first, last time.Time) {
	first = podSince(pod)
	for i, e := range failed {
		if at := firstSeen(e); i == 0 || at.Before(first) {
			first = at
		}
		if at := lastSeen(e); at.After(last) {
			last = at
		}
	}
	return first, last
}
