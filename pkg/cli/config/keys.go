package config

import (
	"fmt"
	"strings"
)

// key is a setting of a profile, and what it means. NAME stands for the name of a cluster.
type key struct{ path, meaning string }

// keys are all there are, in the order of the file's fields; a test compares them with the fields.
func keys() []key {
	return []key{
		{"clusters.NAME.context", "kubeconfig context that reaches the cluster"},
		{"clusters.NAME.kubeconfig", "kubeconfig file of that context; default: $KUBECONFIG or ~/.kube/config"},
		{"defaultCluster", "cluster to use when none is named"},
		{"project", "project (namespace) to work in"},
		{"protectedProjects", "projects that destructive verbs refuse; a list"},
		{"auth", "dex or kubeconfig: where the credentials come from"},
		{"output", "output format, as for -o"},
		{"color", "auto, always or never"},
		{"timeout", "limit of waiting, such as 90s or 5m; 0 for none"},
		{"dex.issuer", "URL of the identity provider"},
		{"dex.clientID", "OAuth client"},
		{"dex.clientSecretFile", "file with the client's secret"},
		{"dex.clientSecretCommand", "command that prints it"},
		{"dex.caFile", "certificates to trust"},
		{"directory.url", "URL of the LDAP server, such as ldaps://ldap.example"},
		{"directory.baseDN", "where the people are"},
		{"directory.bindDN", "who asks"},
		{"directory.bindPasswordFile", "file with the password of bindDN"},
		{"directory.bindPasswordCommand", "command that prints it"},
		{"directory.caFile", "certificates to trust"},
		{"directory.readOnly", "true: people are never changed"},
		{"catalog.store", "cluster or mysql: where permissions are kept"},
		{"catalog.address", "host:port of the database"},
		{"catalog.database", "name of the database"},
		{"catalog.user", "user of the database"},
		{"catalog.passwordFile", "file with the password"},
		{"catalog.passwordCommand", "command that prints it"},
		{"catalog.caFile", "certificates to trust"},
		{"harbor.url", "URL of the image registry"},
		{"harbor.user", "user, often a robot account"},
		{"harbor.passwordFile", "file with the password"},
		{"harbor.passwordCommand", "command that prints it"},
		{"harbor.caFile", "certificates to trust"},
		{"prometheus.url", "URL of the metrics"},
		{"prometheus.tokenFile", "file with the bearer token"},
		{"prometheus.tokenCommand", "command that prints it"},
		{"prometheus.caFile", "certificates to trust"},
		{"alertmanager.url", "URL of the alerts' sender"},
		{"alertmanager.tokenFile", "file with the bearer token"},
		{"alertmanager.tokenCommand", "command that prints it"},
		{"alertmanager.caFile", "certificates to trust"},
		{"elasticsearch.url", "URL of the stored logs"},
		{"elasticsearch.user", "user"},
		{"elasticsearch.passwordFile", "file with the password"},
		{"elasticsearch.passwordCommand", "command that prints it"},
		{"elasticsearch.caFile", "certificates to trust"},
		{"kafka.brokers", "host:port of the brokers of the log stream; a list"},
		{"kafka.user", "user"},
		{"kafka.passwordFile", "file with the password"},
		{"kafka.passwordCommand", "command that prints it"},
		{"kafka.caFile", "certificates to trust"},
	}
}

const keyCurrent = "currentProfile" // the one key outside profiles that people set

func keyHelp() string {
	var b strings.Builder
	for _, k := range append([]key{{keyCurrent, "profile to use: see bcpaas config use"}}, keys()...) {
		fmt.Fprintf(&b, "  %-30s  %s\n", k.path, k.meaning)
	}
	return b.String()
}
