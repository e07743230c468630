// bcpaas runs a container platform from a terminal, a shell script or a CI job step.
package main

import (
	"context"
	"os"

	"github.com/bcpaas/bcpaas/pkg/cli"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
)

func main() {
	streams := command.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	os.Exit(cli.Main(context.Background(), os.Args, streams, os.Environ()))
}
