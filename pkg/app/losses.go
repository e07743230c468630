package app

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// losses lists what is left of a workload after all was taken that can be, the server's defaults left out.
func (t *taker) losses(rest any, app string) ([]Loss, error) {
	body, err := toMap(rest)
	if err != nil {
		return nil, err
	}
	delete(body, "status")
	delete(body, "apiVersion")
	delete(body, "kind")
	strip(body)
	found := t.extra
	ours := (&part{builder: &builder{}, selector: selectorLabels(app, DefaultComponent)}).podLabels()
	leaves(body, "", func(path string, value any) {
		if !isDefault(path, value) && !isOurLabel(path, value, ours) {
			data, err := json.Marshal(value)
			if err != nil {
				data = fmt.Append(nil, value)
			}
			found = append(found, Loss{Path: path, Value: shorten(string(data))})
		}
	})
	sort.SliceStable(found, func(i, j int) bool { return found[i].Path < found[j].Path })
	return found, nil
}

func isOurLabel(path string, value any, ours map[string]string) bool {
	for name, own := range ours {
		if value == own && strings.HasSuffix(path, "abels."+name) {
			return true
		}
	}
	return false
}

// leaves calls visit for each value that is no map and no list of maps. List items are named by their name, as in conflicts
// of server-side apply, else by their number.
func leaves(v any, path string, visit func(path string, value any)) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			visit(path, v)
		}
		for _, key := range sortedKeys(v) {
			if key == "name" && strings.HasSuffix(path, "]") {
				continue // stands in the path
			}
			leaves(v[key], strings.TrimPrefix(path+"."+key, "."), visit)
		}
	case []any:
		for i, item := range v {
			fields, ok := item.(map[string]any)
			if !ok {
				visit(path, v)
				return
			}
			name, _ := fields["name"].(string)
			if meta, ok := fields["metadata"].(map[string]any); ok {
				name, _ = meta["name"].(string)
			}
			if name == "" {
				leaves(item, index(path, i), visit)
				continue
			}
			leaves(item, fmt.Sprintf("%s[name=%q]", path, name), visit)
		}
	default:
		if v != "" {
			visit(path, v)
		}
	}
}

// isDefault knows what the API server fills in by itself, and what only kubectl and controllers write.
func isDefault(path string, value any) bool {
	plain := regexp.MustCompile(`\[[^]]*\]`).ReplaceAllString(path, "[]")
	if strings.HasPrefix(plain, "metadata.annotations.") {
		name := strings.TrimPrefix(plain, "metadata.annotations.")
		return strings.HasPrefix(name, "kubectl.kubernetes.io/") || strings.HasPrefix(name, "deployment.kubernetes.io/") || strings.HasPrefix(name, "bcpaas.io/")
	}
	plain = strings.TrimPrefix(plain, "spec.jobTemplate.")
	want, known := serverDefaults()[strings.TrimPrefix(plain, "spec.")]
	if !known {
		return false
	}
	for _, w := range want {
		if sameJSON(w, value) {
			return true
		}
	}
	return false
}

func serverDefaults() map[string][]any {
	pod := map[string][]any{
		"restartPolicy":                 {"Always"},
		"terminationGracePeriodSeconds": {30},
		"dnsPolicy":                     {"ClusterFirst"},
		"schedulerName":                 {"default-scheduler"},
		"securityContext":               {map[string]any{}},
		"enableServiceLinks":            {true},
		"preemptionPolicy":              {"PreemptLowerPriority"},
		"priority":                      {0},
	}
	for _, container := range []string{"containers[]", "initContainers[]"} {
		pod[container+".terminationMessagePath"] = []any{"/dev/termination-log"}
		pod[container+".terminationMessagePolicy"] = []any{"File"}
		// By the tag the server chooses between these two itself.
		pod[container+".imagePullPolicy"] = []any{"IfNotPresent", "Always"}
	}
	all := map[string][]any{
		"progressDeadlineSeconds":                          {600},
		"revisionHistoryLimit":                             {10},
		"podManagementPolicy":                              {"OrderedReady"},
		"updateStrategy.type":                              {"RollingUpdate"},
		"updateStrategy.rollingUpdate.partition":           {0},
		"strategy.type":                                    {"RollingUpdate"},
		"persistentVolumeClaimRetentionPolicy.whenDeleted": {"Retain"},
		"persistentVolumeClaimRetentionPolicy.whenScaled":  {"Retain"},
		"successfulJobsHistoryLimit":                       {3},
		"failedJobsHistoryLimit":                           {1},
		"completions":                                      {1},
		"parallelism":                                      {1},
		"completionMode":                                   {"NonIndexed"},
		"suspend":                                          {false},
		"manualSelector":                                   {false},
		"podReplacementPolicy":                             {"TerminatingOrFailed"},
	}
	for name, values := range pod {
		all["template.spec."+name] = values
	}
	return all
}
