package app

// Masked stands where Redact took a secret value out.
const Masked = "(masked)"

// Redact is a copy of body with the values of a Secret, and of the Secrets inside a List, masked; other objects are only
// copied. Use it before a body is shown, compared in text, or logged.
func Redact(body map[string]any) map[string]any {
	out := copyJSON(body).(map[string]any)
	redact(out)
	return out
}

func redact(body map[string]any) {
	if items, ok := body["items"].([]any); ok {
		for _, item := range items {
			if item, ok := item.(map[string]any); ok {
				redact(item)
			}
		}
	}
	if kind, _ := body["kind"].(string); kind != "Secret" {
		return
	}
	for _, key := range []string{"data", "stringData"} {
		values, ok := body[key].(map[string]any)
		if !ok {
			if _, there := body[key]; there {
				body[key] = Masked
			}
			continue
		}
		for name := range values {
			values[name] = Masked
		}
	}
	redactLastApplied(body)
}

// redactLastApplied: kubectl apply leaves the whole object, values included, in an annotation.
func redactLastApplied(body map[string]any) {
	meta, _ := body["metadata"].(map[string]any)
	annotations, _ := meta["annotations"].(map[string]any)
	const key = "kubectl.kubernetes.io/last-applied-configuration"
	if _, there := annotations[key]; there {
		annotations[key] = Masked
	}
}
