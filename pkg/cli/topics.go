package cli

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// topics are the pages of `bcpaas help TOPIC`: commands without a RunE, which cobra lists apart.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "app-file", Short: "All fields of an App file, with an example", Long: appFileTopic},
		{Use: "exit-codes", Short: "What each exit code means", Long: exitCodes()},
		{Use: "output", Short: "Formats, colour and width of what is printed", Long: outputTopic},
		{Use: "environment", Short: "Variables that bcpaas reads", Long: environmentTopic},
	}
}

// appFileTopic is written by cmd/gendocs from the doc comments of pkg/app.
//
//go:embed appfile.txt
var appFileTopic string

// exitCodes is generated from the table that the program itself uses.
func exitCodes() string {
	var b strings.Builder
	b.WriteString("Exit codes of every command:\n\n    0  done, or nothing to do\n")
	for _, row := range fault.Table() {
		fmt.Fprintf(&b, "%5d  %s\n", row.Exit, row.Meaning)
	}
	b.WriteString(`
What is unknown is never reported as failed, nor a partial result as success.
A reader that goes away (bcpaas app list | head) is no failure: exit code 0.

With -o json errors are one JSON object on stderr:
  {"error":{"code":"image_not_found","exitCode":8,"message":"...","hint":"...","retryable":false,"object":"shop/cart"}}
"code" is stable; messages may change.`)
	return b.String()
}

const outputTopic = `Data goes to stdout. Progress, warnings, questions and errors go to stderr.

  -o table           aligned columns, cut to the terminal's width, never when piped (default)
  -o wide            the same with more columns
  -o json            one thing: the thing; a list: {"kind": ..., "items": [...]}
  -o yaml            the same as YAML
  -o ndjson          one JSON object a line
  -o csv             all columns, RFC 4180
  -o name            one id a line, to be used as the argument of the next command
  -o jsonpath=EXPR   e.g. jsonpath='{.items[*].name}'
  -o go-template=T   e.g. go-template='{{range .items}}{{.name}}{{"\n"}}{{end}}'

Keys are lowerCamel, times RFC 3339 in UTC, sizes bytes, durations seconds. Fields are only ever added.
A list that breaks off half-way ends with "incomplete": true and an exit code other than 0.
Long operations with -o json print events, one JSON object a line, with "type" and "schema"; the verdict is last.

--no-headers leaves the header line out. Colour is used on a terminal only; --color=always|never, NO_COLOR and
CLICOLOR_FORCE change that. BCPAAS_ASCII=1 avoids box and block characters. COLUMNS sets the width.
Control characters in data (a label, a log line) are shown as \x1b and the like, so that they can't move the cursor.`

const environmentTopic = `  KUBECONFIG           kubeconfig files, as for kubectl
  BCPAAS_CONFIG        config file to use instead of the one in the config folder
  BCPAAS_PROFILE       profile to use
  BCPAAS_CLUSTER       cluster of the profile to use
  BCPAAS_PROJECT       project to work in
  BCPAAS_OUTPUT        output format
  BCPAAS_COLOR         colour: auto, always, never
  BCPAAS_AUTH          how verbs sign in: kubeconfig (dex comes with login)
  BCPAAS_TIMEOUT       time limit, e.g. 90s
  BCPAAS_ASCII=1       no box and block characters
  NO_COLOR, CLICOLOR_FORCE, COLUMNS, TERM
  HTTPS_PROXY, NO_PROXY
  XDG_CONFIG_HOME, XDG_CACHE_HOME

These flags that choose have a variable, and no others. Flags that permit (--yes, --force..., --reset, --purge,
--insecure...) never have: a forgotten variable must not answer a question.`

const configTopic = `No configuration is needed: without a profile bcpaas uses the cluster that kubectl would use, and inside a pod the
pod's own service account.

A profile names clusters (kubeconfig contexts), a default project, protected projects and the addresses of the
platform's other systems. "bcpaas config path" tells where the file is; "bcpaas config set" edits it.

  apiVersion: bcpaas.io/v1
  kind: Config
  currentProfile: office
  profiles:
    office:
      clusters:
        prod: {context: prod-admin}
        test: {context: test-admin, kubeconfig: /home/me/.kube/test}
      defaultCluster: test
      project: shop
      protectedProjects: [payments]

Secrets are never in the file: it names a file (passwordFile) or a command (passwordCommand).

What goes before what: flag, then environment, then .bcpaas.yaml, then profile, then default.
"bcpaas config view --origin" shows where each value came from.

A .bcpaas.yaml in the working folder or above it may set project and app, and nothing else: a cloned repository must
not choose clusters, addresses or commands.`
