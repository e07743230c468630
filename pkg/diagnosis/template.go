package diagnosis

import (
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// sameTemplate tells whether a replica set was made from the deployment's present template. It is asked only for the
// moment until the controller has seen a change, where a wrong "no" merely waits that moment out.
func sameTemplate(set *appsv1.ReplicaSet, d *appsv1.Deployment) bool {
	return equality.Semantic.DeepEqual(&set.Spec.Template.Spec, &d.Spec.Template.Spec)
}
