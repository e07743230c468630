//go:build unix

package main

import (
	"context"
	"fmt"
	"time"
)

// kwokComponent plays nodes and pods without kubelets. It manages only nodes annotated kwok.x-k8s.io/node=fake; tests make
// these (kwok-node.yaml is a template) with a taint, so that real pods do not land on them.
func kwokComponent() component {
	return component{
		name: "kwok", about: "simulated nodes and pods for scale tests", unavailable: always,
		products: []product{kwokProduct()},
		units: []unit{{
			name: "kwok", needs: []string{"apiserver"}, ports: []string{"kwok"}, patience: 2 * time.Minute,
			command: kwokCommand,
			ready: func(ctx context.Context, l *lab) error {
				return getOK(ctx, nil, "http://"+l.loopback("kwok")+"/healthz")
			},
		}},
	}
}

func kwokProduct() product {
	return moduleProduct("kwok", "kwok", "sigs.k8s.io/kwok/cmd/kwok", "", "0.7.0; about 3 minutes on two cores the first time")
}

func kwokCommand(_ context.Context, l *lab) (command, error) {
	program, err := l.link(kwokProduct(), "kwok")
	if err != nil {
		return command{}, err
	}
	// HOME: a kwok.yaml in the caller's home must not change what the lab's kwok does.
	return command{path: program, env: []string{"HOME=" + l.path("kwok")}, files: []string{l.kubeconfig("kwok")}, args: []string{
		"--kubeconfig=" + l.kubeconfig("kwok"), "--manage-all-nodes=false",
		"--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake", "--cidr=10.245.0.0/16",
		"--node-lease-duration-seconds=40", "--server-address=" + l.loopback("kwok"),
		fmt.Sprintf("--node-port=%d", l.state.port("kwok")),
	}}, nil
}
