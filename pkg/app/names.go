package app

// Labels and annotations on what Compile makes. The first three labels also stand on the pods.
const (
	LabelName      = "app.kubernetes.io/name"
	LabelComponent = "app.kubernetes.io/component"
	LabelManagedBy = "app.kubernetes.io/managed-by"
	ManagedBy      = "bcpaas"

	AnnotationWho     = "bcpaas.io/who"
	AnnotationCommit  = "bcpaas.io/commit"
	AnnotationRun     = "bcpaas.io/run"
	AnnotationRelease = "bcpaas.io/release"
)

// DefaultComponent is the name of a component that has none.
const DefaultComponent = "main"

// MaxBaseName bounds APP or APP-COMPONENT, in bytes: a CronJob may have no longer name, and what Kubernetes appends for
// pods and revisions of the other kinds then fits its 63.
const MaxBaseName = 52

// DisplayName is the component's name, or main.
func (c *Component) DisplayName() string {
	if c.Name == "" {
		return DefaultComponent
	}
	return c.Name
}

// BaseName is what the objects of a component are called: the app's name for the component main, else APP-COMPONENT. It
// depends on nothing but the two names, so that adding or removing a component never renames another one's objects.
func BaseName(app, component string) string {
	if component == "" || component == DefaultComponent {
		return app
	}
	return app + "-" + component
}

// Find gives the component by its display name, nil when the app has none of that name.
func (a *App) Find(component string) *Component {
	for i := range a.Components {
		if a.Components[i].DisplayName() == component {
			return &a.Components[i]
		}
	}
	return nil
}

// Serves tells whether a component keeps running, as opposed to a job or a cron.
func (c *Component) Serves() bool { return c.Job == nil && c.Cron == nil }

// Stateful tells whether each pod of a component keeps volumes of its own, which makes it a StatefulSet.
func (c *Component) Stateful() bool {
	for _, v := range c.Volumes {
		if v.Size != "" {
			return true
		}
	}
	return false
}

func selectorLabels(app, component string) map[string]string {
	return map[string]string{LabelName: app, LabelComponent: component}
}
