package diagnosis

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// nodeRules: the pod's node is the cause, or may be.
func (j *judgement) nodeRules(c podCase) {
	node := j.nodes[c.pod.Spec.NodeName]
	if node == nil {
		// Every container is ready and the pod is not: only its node's silence does that.
		if containers := podCondition(c.pod, corev1.ContainersReady); containers != nil && containers.Status == corev1.ConditionTrue {
			j.wantNodes()
		}
		return
	}
	for _, condition := range node.Status.Conditions {
		f := finding{key: node.Name, since: condition.LastTransitionTime.Time, args: map[string]string{
			"node": node.Name, "detail": clip(oneLine(condition.Reason+": "+condition.Message), 240),
		}}
		f.evidence = []Evidence{{Kind: FromCondition, Object: "node/" + node.Name, Text: clip(string(condition.Type)+"="+string(condition.Status)+" "+f.args["detail"], maxText), Time: f.since}}
		switch {
		case condition.Type == corev1.NodeReady && condition.Status != corev1.ConditionTrue:
			f.code = NodeNotReady
			j.addPod(c, f)
		case pressure(condition.Type) && condition.Status == corev1.ConditionTrue:
			f.code = NodePressure
			j.addPod(c, f)
		}
	}
}

func pressure(kind corev1.NodeConditionType) bool {
	return kind == corev1.NodeDiskPressure || kind == corev1.NodeMemoryPressure || kind == corev1.NodePIDPressure || kind == corev1.NodeNetworkUnavailable
}

// sick tells whether a node is known to be in trouble, or being emptied.
func (j *judgement) sick(name string) bool {
	node := j.nodes[name]
	if node == nil {
		return false
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady && condition.Status != corev1.ConditionTrue || pressure(condition.Type) && condition.Status == corev1.ConditionTrue {
			return true
		}
	}
	return false
}

// budgetRules: a disruption budget that allows no eviction, while a pod sits on a node that is being emptied.
func (j *judgement) budgetRules() {
	for _, budget := range j.s.PDBs {
		if budget.Namespace != j.self.Namespace || budget.Status.DisruptionsAllowed > 0 || budget.Status.ExpectedPods == 0 {
			continue
		}
		selector, err := v1.LabelSelectorAsSelector(budget.Spec.Selector)
		if err != nil {
			continue
		}
		for _, c := range j.picked.pods {
			node := j.nodes[c.pod.Spec.NodeName]
			if node != nil && node.Spec.Unschedulable && selector.Matches(labels.Set(c.pod.Labels)) {
				j.addPod(c, finding{code: PDBBlocking, key: budget.Name, args: map[string]string{"budget": budget.Name, "node": node.Name}})
			}
		}
	}
}
