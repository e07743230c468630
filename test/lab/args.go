//go:build unix

package main

import (
	"fmt"
	"strings"
)

const usage = `usage: go run ./test/lab VERB

  up [NAME...]     start the whole lab, or only what is named and what it needs; what runs already is left alone
  down [NAME...]   stop the whole lab (no process, mount or network rule stays; data stays), or only what is named
  reset            stop the lab and delete its data (the cache of built programs stays)
  status [-o json] what runs, its memory, and what is not available on this machine and why
  env [-o json]    the variables that tests and people need: eval "$(go run ./test/lab env)"
  logs [-f] NAME   the log of one process
  pause NAME...    freeze processes (SIGSTOP), as a server that hangs
  resume NAME...   let them go on (SIGCONT)

NAME is a component (etcd kubernetes registry registry-private node dns kwok) or one process of it
(apiserver controller-manager scheduler containerd kubelet kube-proxy).
`

// usageError is a request that can't be understood: exit code 2.
type usageError struct{ reason string }

func (e usageError) Error() string { return e.reason }

// request is what was asked on the command line.
type request struct {
	verb   string
	names  []string
	json   bool
	follow bool
}

// parse reads the command line. Names are checked later, against the components there are.
func parse(args []string) (request, error) {
	if len(args) == 0 {
		return request{}, usageError{"no verb given"}
	}
	asked := request{verb: args[0]}
	switch asked.verb {
	case "help", "-h", "--help":
		return request{verb: "help"}, nil
	case "up", "down", "status", "env", "logs", "reset", "pause", "resume":
	default:
		return request{}, usageError{fmt.Sprintf("unknown verb %q", asked.verb)}
	}
	rest := args[1:]
	for len(rest) > 0 {
		arg := rest[0]
		rest = rest[1:]
		switch {
		case arg == "-h" || arg == "--help":
			return request{verb: "help"}, nil
		case arg == "-f" && asked.verb == "logs":
			asked.follow = true
		case (arg == "-o" || arg == "--output") && asked.printsData():
			if len(rest) == 0 || rest[0] != "json" {
				return request{}, usageError{"-o takes one value here: json"}
			}
			asked.json, rest = true, rest[1:]
		case (arg == "-o=json" || arg == "-ojson" || arg == "--output=json") && asked.printsData():
			asked.json = true
		case strings.HasPrefix(arg, "-"):
			return request{}, usageError{fmt.Sprintf("unknown flag %q of %s", arg, asked.verb)}
		default:
			asked.names = append(asked.names, arg)
		}
	}
	return asked, asked.checkCount()
}

func (r request) printsData() bool { return r.verb == "env" || r.verb == "status" }

// checkCount refuses names where none belong and asks for them where some must be.
func (r request) checkCount() error {
	switch r.verb {
	case "status", "env", "reset":
		if len(r.names) > 0 {
			return usageError{fmt.Sprintf("%s takes no name, got %q", r.verb, r.names[0])}
		}
	case "logs":
		if len(r.names) != 1 {
			return usageError{"logs takes exactly one name"}
		}
	case "pause", "resume":
		if len(r.names) == 0 {
			return usageError{r.verb + " takes at least one name"}
		}
	}
	return nil
}

// checkNames refuses a name that is neither a component nor a process.
func checkNames(asked request, known []component) error {
	var all []string
	for _, c := range known {
		all = append(all, c.name)
		for _, u := range c.units {
			if u.name != c.name {
				all = append(all, u.name)
			}
		}
	}
	for _, name := range asked.names {
		found := false
		for _, k := range all {
			found = found || k == name
		}
		if !found {
			return usageError{fmt.Sprintf("unknown name %q: there are %s", name, strings.Join(all, " "))}
		}
	}
	return nil
}
