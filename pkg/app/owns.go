package app

// OwnerOf is the app that an object is marked as part of; empty when bcpaas did not make it.
func OwnerOf(object map[string]any) string {
	if managed, _ := FieldAt(object, ".metadata.labels."+LabelManagedBy); managed != ManagedBy {
		return ""
	}
	name, _ := FieldAt(object, ".metadata.labels."+LabelName)
	owner, _ := name.(string)
	return owner
}

// Owns tells whether a live object is marked as one of the app's.
func Owns(name string, live map[string]any) bool { return OwnerOf(live) == name }
