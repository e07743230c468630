//go:build unix

package main

import (
	"context"
	"time"
)

// etcdComponent is the store under the API server. It listens on loopback only, without TLS.
func etcdComponent() component {
	return component{
		name: "etcd", about: "the store under the API server", unavailable: always,
		products: []product{etcdProduct()},
		units: []unit{{
			name: "etcd", ports: []string{"etcd", "etcd-peer"}, patience: 2 * time.Minute,
			grace:   2 * time.Second, // it waits for clients to leave, and the API server does not; a kill costs it nothing
			command: etcdCommand,
			ready: func(ctx context.Context, l *lab) error {
				return getOK(ctx, nil, "http://"+l.loopback("etcd")+"/health")
			},
		}},
	}
}

func etcdProduct() product {
	return moduleProduct("etcd", "etcd", ".", "", "3.6.4; about a minute on two cores the first time")
}

func etcdCommand(_ context.Context, l *lab) (command, error) {
	program, err := l.link(etcdProduct(), "etcd")
	if err != nil {
		return command{}, err
	}
	client, peer := "http://"+l.loopback("etcd"), "http://"+l.loopback("etcd-peer")
	return command{path: program, args: []string{
		"--name=lab", "--data-dir=" + l.path("etcd"),
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=lab=" + peer,
		"--auto-compaction-mode=periodic", "--auto-compaction-retention=5m", "--quota-backend-bytes=4294967296",
		// A crash of the whole machine may cost the data, a kill -9 may not: the page cache survives it. In return writes
		// do not wait for a disk that others share.
		"--unsafe-no-fsync", "--log-level=warn",
	}}, nil
}
