package app

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/cli/connect"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

type deployOptions struct {
	Source   source // file or flags: what to deploy
	Message  string
	Owner    app.Owner
	Wait     bool
	Atomic   bool
	Reset    bool
	Diff     bool
	DryRun   string // "", client or server
	LockWait time.Duration
	Keep     int
	Timeout  func() (time.Duration, error)

	RunID    func() string
	Note     func(format string, args ...any)
	Printer  printerFunc
	Progress func(printer *output.Printer) progress
	Err      lineWriter    // where a diff goes when the deployment follows it
	Offline  func() string // the project to work in, as far as it is known without a connection
	Connect  func() (ports rollout.Ports, project string, err error)
}

func newDeploy(env *command.Env, run runner[deployOptions]) *cobra.Command {
	opts := deployOptions{
		Note: env.Note, Printer: env.Printer, Timeout: env.Timeout(10 * time.Minute), RunID: runID,
		Progress: progressOf(env), Err: env.Err, Offline: offlineProject(env),
		Connect: func() (rollout.Ports, string, error) {
			store, project, err := connected(env)()
			if err != nil {
				return rollout.Ports{}, "", err
			}
			return store.Ports(), project, nil
		},
	}
	cmd := &cobra.Command{
		Use: "deploy [NAME] [-f FILE] [--image IMAGE]", Short: "Deploy an app, wait for the verdict, and say why if it fails",
		Args: command.Args("[NAME]"), Long: deployHelp,
		Example: command.Example(
			"bcpaas app deploy hello --image nginx:1.27 --port 80",
			"bcpaas app deploy -f app.yaml --var tag=1.4.2 -m \"new checkout\" --atomic",
			"bcpaas app deploy -f app.yaml --dry-run=server --diff",
			"bcpaas app deploy cart --image registry.example/cart:10   # the rest as it was deployed last",
			"cat app.yaml | bcpaas app deploy -f - -o json",
		),
		ValidArgsFunction: completeWorkloads(env),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := opts.Source.complete(env, cmd, args); err != nil {
				return err
			}
			if opts.DryRun != "" {
				if err := command.Choice("--dry-run", opts.DryRun, "client", "server"); err != nil {
					return err
				}
			}
			if opts.Atomic && !opts.Wait {
				return fault.New(fault.Usage, "--atomic needs to wait for the verdict: it can't be combined with --wait=false")
			}
			return run(cmd.Context(), opts)
		},
	}
	opts.Source.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&opts.Message, "message", "m", "", "why this deployment is made, for the record")
	flags.StringVar(&opts.Owner.Commit, "commit", "", "source commit, for the record")
	flags.StringVar(&opts.Owner.Run, "run", "", "pipeline run, for the record")
	flags.BoolVar(&opts.Wait, "wait", true, "wait for the verdict; without it nothing that the app no longer has is deleted")
	flags.BoolVar(&opts.Atomic, "atomic", false, "restore the state before on failure and on Ctrl-C")
	flags.BoolVar(&opts.Reset, "reset", false, "take over fields that others own or changed by hand")
	flags.BoolVar(&opts.Diff, "diff", false, "show what changes, as a diff")
	flags.StringVar(&opts.DryRun, "dry-run", "", "client: show the objects, contact nobody; server: let the server check them, show the plan")
	command.DurationVar(flags, &opts.LockWait, "lock-wait", "how long to wait for another deployment of the app to end, e.g. 5m")
	flags.IntVar(&opts.Keep, "keep", 10, "how many releases to keep; the last good one is always kept")
	connect.AddProject(cmd, env)
	command.AddOutput(cmd, env.Global)
	command.AddTimeout(cmd, env.Global, "how long to wait for the verdict (default 10m)")
	_ = cmd.RegisterFlagCompletionFunc("dry-run", cobra.FixedCompletions([]string{"client", "server"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

const deployHelp = `Deploy an app from a file (-f, - is stdin), from flags, or both: flags go before the file. With flags alone an app that
was deployed before keeps everything that the flags don't name.

The server checks all objects before the first is changed. Then a release is recorded (who, when, message, configuration,
image digests), the objects are applied, and the verdict is waited for. A doomed rollout ends as soon as waiting can't
help: with the cause, the evidence and the next command, not at the end of a time limit.

A live value that somebody changed on purpose (replicas by hand, an image by kubectl) is kept and told, unless the file
changed that field since the last release or --reset is given. A field that another manager owns and no release has
set is a conflict (exit code 6), shown field by field.

Exit codes: 0 good; 6 locked, or fields in conflict; 7 no verdict in time, or the server unreachable; 8 failed;
10 failed and rolled back (--atomic); 130 interrupted.`

func runDeploy(ctx context.Context, o deployOptions) error {
	printer, err := o.Printer()
	if err != nil {
		return err
	}
	timeout, err := o.Timeout()
	if err != nil {
		return err
	}
	if err := o.Source.read(); err != nil {
		return err
	}
	if o.DryRun == "client" {
		return printObjects(printer, o)
	}
	ports, project, err := o.Connect()
	if err != nil {
		return err
	}
	request := rollout.Request{
		Owner: o.Owner, Message: o.Message, Holder: o.RunID(), Explicit: o.Source.explicit,
		Reset: o.Reset, Wait: o.Wait, Atomic: o.Atomic, Timeout: timeout, LockWait: o.LockWait, Keep: o.Keep,
	}
	prepare := func(ctx context.Context) (wanted *app.App, objects []app.Object, err error) {
		if wanted, err = o.Source.resolve(ctx, ports.Records, project); err != nil {
			return nil, nil, err
		}
		objects, err = o.Source.compile(wanted, project)
		return wanted, objects, err
	}
	// The first contact within the time limit too: a server that never answers is no verdict.
	first, cancel := command.Within(ctx, timeout)
	defer cancel()
	if request.App, request.Objects, err = prepare(first); err != nil {
		return err
	}
	if err := ports.Cluster.CheckProject(first, request.Objects[0].Namespace); err != nil {
		return err
	}
	if o.Source.fromFile == nil { // it changes what was deployed last: that is only certain under the lock
		request.Again = prepare
	}
	if o.DryRun == "server" || o.Diff {
		plan, err := rollout.Make(ctx, ports, request)
		if err != nil {
			return err
		}
		if o.DryRun == "server" {
			return printPlan(printer, plan, o.Diff)
		}
		if err := output.WriteText(o.Err, diffText(plan)); err != nil {
			return err
		}
	}
	show := o.Progress(printer)
	outcome, err := rollout.Run(ctx, ports, request, show.event)
	return show.end(outcome, err)
}
