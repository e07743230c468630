// CoreDNS with only the plugins that a cluster's DNS needs: the full list draws in three cloud SDKs and minutes of compiling.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/ready"
)

func main() {
	// The order is the order in which plugins see a query (as in CoreDNS's own plugin.cfg).
	dnsserver.Directives = []string{"bind", "health", "ready", "prometheus", "errors", "cache", "loop", "kubernetes", "forward"}
	coremain.Run()
}
