package e2e

import (
	"fmt"
	"net"
	"os"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// silentServer accepts connections, counts them and never answers.
type silentServer struct {
	listener net.Listener
	asked    atomic.Int32
}

// blackhole points KUBECONFIG at a server that never answers.
func blackhole(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: blackhole")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	s := &silentServer{listener: listener}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			s.asked.Add(1)
			defer connection.Close()
		}
	}()
	ts.Defer(func() { _ = listener.Close() })
	stateOf(ts).silent = s
	path := ts.MkAbs("blackhole.kubeconfig")
	ts.Check(os.WriteFile(path, fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: blackhole
contexts: [{name: blackhole, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://%s"}}]
users: [{name: u, user: {token: t}}]
`, listener.Addr()), 0o600))
	ts.Setenv("KUBECONFIG", path)
}

// untouched tells that nobody connected to the black hole.
func untouched(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 0 {
		ts.Fatalf("usage: [!] untouched")
	}
	if asked := stateOf(ts).silent.asked.Load(); (asked == 0) == neg {
		ts.Fatalf("%d connections were made", asked)
	}
}
