package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/cli/connect"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

type initOptions struct {
	Flags app.Flags
	From  inventory.Arg // zero: from the flags
	File  string        // where to; - is stdout
	Force bool

	Out     io.Writer
	Note    func(format string, args ...any)
	Warn    func(format string, args ...any)
	Running func(ctx context.Context, a inventory.Arg) (workload any, err error)
}

func newInit(env *command.Env, run runner[initOptions]) *cobra.Command {
	opts := initOptions{Out: env.Out, Note: env.Note, Warn: env.Warn, Running: runningWorkload(env)}
	var src source
	var from string
	cmd := &cobra.Command{
		Use: "init NAME --image IMAGE | --from KIND/NAME", Short: "Write a first App file, from flags or from what runs", Args: command.Args("[NAME]"),
		Long: `Write a first App file: from flags, or with --from of a running Deployment, StatefulSet, CronJob or Job. What the
file can't say of a running workload is listed on stderr, nothing is dropped silently. Nothing on the cluster changes.`,
		Example: command.Example(
			"bcpaas app init hello --image nginx:1.27 --port 80",
			"bcpaas app init --from deployment/cart -p shop --file cart.yaml",
		),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			opts.Flags = src.Flags
			opts.Flags.Project = env.Global.Given("project")
			if cmd.Flags().Changed("replicas") {
				opts.Flags.Replicas = &src.replicas
			}
			if len(args) > 0 {
				opts.Flags.Name = args[0]
			}
			if from == "" && (opts.Flags.Name == "" || opts.Flags.Image == "") {
				return fault.New(fault.Usage, "%s needs NAME and --image IMAGE, or --from KIND/NAME", cmd.CommandPath()).WithHint("%s --help", cmd.CommandPath())
			}
			if from != "" {
				if !opts.Flags.IsEmpty() {
					return fault.New(fault.Usage, "--from takes everything from what runs: it can't be combined with --image and its like")
				}
				if opts.From, err = inventory.ParseArg(from); err != nil {
					return err
				}
			}
			return run(cmd.Context(), opts)
		},
	}
	src.addAppFlags(cmd)
	_ = cmd.Flags().MarkHidden("component")
	flags := cmd.Flags()
	flags.StringVar(&from, "from", "", "take it from this running workload, e.g. deployment/cart")
	flags.StringVarP(&opts.File, "file", "f", "-", "where to write it; - is stdout")
	flags.BoolVar(&opts.Force, "force", false, "overwrite the file")
	connect.AddProject(cmd, env)
	return cmd
}

func runInit(ctx context.Context, o initOptions) error {
	made, err := o.make(ctx)
	if err != nil {
		return err
	}
	text, err := made.YAML()
	if err != nil {
		return err
	}
	if o.File == "-" {
		return output.WriteText(o.Out, string(text))
	}
	if err := writeNew(o.File, text, o.Force); err != nil {
		return err
	}
	o.Note("wrote %s; next: bcpaas app deploy -f %s", o.File, o.File)
	return nil
}

func (o *initOptions) make(ctx context.Context) (*app.App, error) {
	if o.From.Name == "" {
		return app.FromFlags(o.Flags)
	}
	workload, err := o.Running(ctx, o.From)
	if err != nil {
		return nil, err
	}
	made, losses, err := app.FromWorkload(workload)
	if err != nil {
		return nil, err
	}
	if o.Flags.Name != "" {
		made.Name = o.Flags.Name
	}
	for _, loss := range losses {
		o.Warn("not carried over: %s = %s", loss.Path, loss.Value)
	}
	return made, nil
}

// writeNew writes a file that must not be there yet, unless forced.
func writeNew(path string, data []byte, force bool) error {
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(path, mode, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "writing %s: it exists already", path).WithHint("--force overwrites it")
	}
	if err != nil {
		return fmt.Errorf("writing the App file: %w", err)
	}
	_, err = file.Write(data)
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}
