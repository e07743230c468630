// Package config turns the config file, the folder's .bcpaas.yaml, BCPAAS_* variables and flags into one plain struct, and
// edits the config file for the verbs of bcpaas config.
//
// The precedence is flag > environment > .bcpaas.yaml > profile > default, and each setting knows where it came from. With
// no file at all there is an implicit profile that follows the kubeconfig. Nothing is read before Load or Read is called.
//
// This is the only importer of viper. viper lower-cases keys and splits them on dots, so it is given the scalar settings
// only; profiles and clusters, whose names are people's own, are decoded by pkg/strictyaml.
package config

import "sort"

// APIVersion and Kind head each config file.
const (
	APIVersion = "bcpaas.io/v1"
	Kind       = "Config"
)

// Implicit is the name by which the profile that needs no file can be asked for. It can't be the name of another.
const Implicit = "(kubeconfig)"

// Config is what a config file holds.
type Config struct {
	APIVersion     string             `json:"apiVersion"`
	Kind           string             `json:"kind"`
	CurrentProfile string             `json:"currentProfile,omitempty"`
	Profiles       map[string]Profile `json:"profiles,omitempty"`
}

// ProfileNames are the names of the profiles, sorted.
func (c *Config) ProfileNames() []string { return sortedKeys(c.Profiles) }

// Profile is one platform as one operator sees it: its clusters, defaults, and the systems around them.
type Profile struct {
	Clusters          map[string]Cluster `json:"clusters,omitempty"`
	DefaultCluster    string             `json:"defaultCluster,omitempty"`
	Project           string             `json:"project,omitempty"`
	ProtectedProjects []string           `json:"protectedProjects,omitempty"`
	Auth              string             `json:"auth,omitempty"`
	Output            string             `json:"output,omitempty"`
	Color             string             `json:"color,omitempty"`
	Timeout           *Duration          `json:"timeout,omitempty"`

	Dex           *Dex           `json:"dex,omitempty"`
	Directory     *Directory     `json:"directory,omitempty"`
	Catalog       *Catalog       `json:"catalog,omitempty"`
	Harbor        *Harbor        `json:"harbor,omitempty"`
	Prometheus    *Prometheus    `json:"prometheus,omitempty"`
	Alertmanager  *Alertmanager  `json:"alertmanager,omitempty"`
	Elasticsearch *Elasticsearch `json:"elasticsearch,omitempty"`
	Kafka         *Kafka         `json:"kafka,omitempty"`
}

// ClusterNames are the names of the clusters, sorted.
func (p *Profile) ClusterNames() []string { return sortedKeys(p.Clusters) }

// Cluster is a cluster by the kubeconfig context that reaches it.
type Cluster struct {
	Context    string `json:"context"`
	Kubeconfig string `json:"kubeconfig,omitempty"` // empty: KUBECONFIG or the default file
}

// Dex is the identity provider.
type Dex struct {
	Issuer              string  `json:"issuer,omitempty"`
	ClientID            string  `json:"clientID,omitempty"`
	ClientSecretFile    string  `json:"clientSecretFile,omitempty"`
	ClientSecretCommand Command `json:"clientSecretCommand,omitempty"`
	CAFile              string  `json:"caFile,omitempty"`
}

// Directory is the LDAP server that holds the people.
type Directory struct {
	URL                 string  `json:"url,omitempty"`
	BaseDN              string  `json:"baseDN,omitempty"`
	BindDN              string  `json:"bindDN,omitempty"`
	BindPasswordFile    string  `json:"bindPasswordFile,omitempty"`
	BindPasswordCommand Command `json:"bindPasswordCommand,omitempty"`
	CAFile              string  `json:"caFile,omitempty"`
	ReadOnly            bool    `json:"readOnly,omitempty"`
}

// Catalog is where permissions are kept.
type Catalog struct {
	Store           string  `json:"store,omitempty"` // cluster or mysql
	Address         string  `json:"address,omitempty"`
	Database        string  `json:"database,omitempty"`
	User            string  `json:"user,omitempty"`
	PasswordFile    string  `json:"passwordFile,omitempty"`
	PasswordCommand Command `json:"passwordCommand,omitempty"`
	CAFile          string  `json:"caFile,omitempty"`
}

// Harbor is the image registry.
type Harbor struct {
	URL             string  `json:"url,omitempty"`
	User            string  `json:"user,omitempty"`
	PasswordFile    string  `json:"passwordFile,omitempty"`
	PasswordCommand Command `json:"passwordCommand,omitempty"`
	CAFile          string  `json:"caFile,omitempty"`
}

// Prometheus holds the metrics.
type Prometheus struct {
	URL          string  `json:"url,omitempty"`
	TokenFile    string  `json:"tokenFile,omitempty"`
	TokenCommand Command `json:"tokenCommand,omitempty"`
	CAFile       string  `json:"caFile,omitempty"`
}

// Alertmanager sends the alerts.
type Alertmanager struct {
	URL          string  `json:"url,omitempty"`
	TokenFile    string  `json:"tokenFile,omitempty"`
	TokenCommand Command `json:"tokenCommand,omitempty"`
	CAFile       string  `json:"caFile,omitempty"`
}

// Elasticsearch holds the logs.
type Elasticsearch struct {
	URL             string  `json:"url,omitempty"`
	User            string  `json:"user,omitempty"`
	PasswordFile    string  `json:"passwordFile,omitempty"`
	PasswordCommand Command `json:"passwordCommand,omitempty"`
	CAFile          string  `json:"caFile,omitempty"`
}

// Kafka carries the logs.
type Kafka struct {
	Brokers         []string `json:"brokers,omitempty"` // host:port
	User            string   `json:"user,omitempty"`
	PasswordFile    string   `json:"passwordFile,omitempty"`
	PasswordCommand Command  `json:"passwordCommand,omitempty"`
	CAFile          string   `json:"caFile,omitempty"`
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
