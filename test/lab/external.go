//go:build unix

package main

import (
	"context"
	"fmt"
	"os/exec"
)

// executeExternal serves BCPAAS_LAB=external: the cluster is somebody else's, so nothing is started, stopped or deleted.
func (l *lab) executeExternal(ctx context.Context, asked request) error {
	switch asked.verb {
	case "env":
		env := map[string]string{"BCPAAS_LAB": "external", "KUBECONFIG": l.external, "BCPAAS_LAB_DIR": l.dir}
		if kubectl, err := l.externalKubectl(ctx, false); err == nil {
			env["BCPAAS_LAB_KUBECTL"] = kubectl
		}
		return l.printVariables(env, asked.json)
	case "up", "status":
		kubectl, err := l.externalKubectl(ctx, asked.verb == "up")
		if err != nil {
			return err
		}
		if err := quiet(ctx, kubectl, "--kubeconfig", l.external, "--request-timeout=10s", "get", "--raw", "/version"); err != nil {
			return fmt.Errorf("asking the external cluster: %w", err)
		}
		l.say.line("the external cluster of %s answers; the lab starts and stops nothing there", l.external)
		return nil
	case "down", "reset":
		l.say.line("nothing to do: the cluster of %s is not the lab's", l.external)
		return nil
	default:
		return usageError{asked.verb + " is for the lab's own servers, not for BCPAAS_LAB=external"}
	}
}

// externalKubectl knows every way of signing in that a kubeconfig can name: the machine's own, else the lab's.
func (l *lab) externalKubectl(ctx context.Context, build bool) (string, error) {
	if kubectl, err := exec.LookPath("kubectl"); err == nil {
		return kubectl, nil
	}
	program, there, err := l.built(kubectlProduct())
	if err == nil && !there && build {
		return l.build(ctx, kubectlProduct())
	}
	if err == nil && !there {
		err = fmt.Errorf("finding kubectl: it is neither installed nor built; go run ./test/lab up builds it")
	}
	return program, err
}
