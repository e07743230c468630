package app

import (
	"context"
	"errors"
	"iter"
	"os"
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/app/rollout/porttest"
	"github.com/bcpaas/bcpaas/pkg/cli/clitest"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

const file = "apiVersion: bcpaas.io/v1\nkind: App\nname: cart\nproject: shop\ncomponents:\n  - image: registry.example/cart:1\n    ports: [{port: 8080}]\n"

// deploy runs a deploy command line on the fakes; stdin is the file.
func deploy(t *testing.T, store *porttest.Store, watcher *porttest.Watcher, line, stdin string) (clitest.Env, error) {
	t.Helper()
	env := clitest.NewEnv(t)
	env.In = strings.NewReader(stdin)
	err := clitest.Parse(newDeploy(env.Env, func(ctx context.Context, o deployOptions) error {
		o.Connect = func() (rollout.Ports, string, error) {
			if store == nil {
				return rollout.Ports{}, "", errors.New("it connects")
			}
			return rollout.Ports{Cluster: store, Records: store, Locker: store, Watcher: watcher}, "shop", nil
		}
		return runDeploy(ctx, o)
	}), env.Env, strings.Fields(line)...)
	return env, err
}

func newStore() *porttest.Store {
	return &porttest.Store{Cluster: porttest.NewCluster(), Records: porttest.NewRecords(), Locker: porttest.NewLocker()}
}

func TestDeploy(t *testing.T) {
	store := newStore()
	env, err := deploy(t, store, &porttest.Watcher{}, "-f - -o name", file)
	if err != nil || env.Out.String() != "shop/cart@1\n" {
		t.Fatalf("%q, %v", env.Out, err)
	}
	env, err = deploy(t, store, &porttest.Watcher{}, "cart --image registry.example/cart:2 --diff", "")
	if err != nil || !strings.Contains(env.Err.String(), "+      - image: registry.example/cart:2") && !strings.Contains(env.Err.String(), "registry.example/cart:2") {
		t.Errorf("%v, stderr:\n%s", err, env.Err)
	}
	if !strings.Contains(env.Out.String(), "shop/cart@2") || strings.Contains(env.Out.String(), "+++") {
		t.Errorf("stdout is for data:\n%s", env.Out)
	}
	writes := len(store.Writes())
	env, err = deploy(t, store, &porttest.Watcher{}, "cart --image registry.example/cart:3 --dry-run=server -o csv", "")
	if err != nil || !strings.Contains(env.Out.String(), "update,deployment/cart,") || len(store.Writes()) != writes {
		t.Errorf("%v, %s", err, env.Out)
	}
	failing := &porttest.Watcher{Scripts: []porttest.Script{{Progress: []rollout.Progress{porttest.Broken(ref())}}}}
	env, err = deploy(t, store, failing, "cart --image registry.example/cart:9 -o json", "")
	clitest.WantFault(t, err, fault.Failed, "registry.example/cart:9 not found")
	lines := strings.Split(strings.TrimSpace(env.Out.String()), "\n")
	if last := lines[len(lines)-1]; !strings.Contains(last, `"type":"verdict"`) || !strings.Contains(last, `"verdict":"failed"`) {
		t.Errorf("the verdict is not last: %s", last)
	}
}

func TestBadFilesFailBeforeAnythingConnects(t *testing.T) {
	for name, c := range map[string]struct {
		line, stdin string
		parts       []string
	}{
		"format":          {"-f - -o jsn", file, []string{"jsn"}},
		"unknown field":   {"-f -", file + "replica: 2\n", []string{"stdin:8", "replica"}},
		"missing file":    {"-f none.yaml", "", []string{"none.yaml", "app init"}},
		"too large":       {"-f -", strings.Repeat("#", longestFile+1), []string{"larger than 4 MiB"}},
		"bad var":         {"-f - --var x", file, []string{`--var "x": want NAME=VALUE`}},
		"missing vars":    {"-f - --vars-file none", file, []string{"reading the variables"}},
		"bad image":       {"cart --image UPPER/x:y:z", "", nil},
		"bad replicas":    {"cart --image x --autoscale many", "", []string{"--autoscale"}},
		"another project": {"-f - -p bank --dry-run=client", file, []string{"the file is for project shop, and --project says bank"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := deploy(t, nil, nil, c.line, c.stdin)
			clitest.WantFault(t, err, fault.Usage, c.parts...)
		})
	}
}

func TestClientDryRunContactsNobody(t *testing.T) {
	env, err := deploy(t, nil, nil, "-f - --dry-run=client -o name", file)
	if err != nil || !strings.Contains(env.Out.String(), "deployment/cart\n") {
		t.Errorf("%q, %v", env.Out, err)
	}
}

// found is an inventory of one workload.
type found struct {
	rows []inventory.Workload
	err  error
}

func (f found) List(context.Context, inventory.Query) iter.Seq2[inventory.Workload, error] {
	return func(yield func(inventory.Workload, error) bool) {
		for _, row := range f.rows {
			if !yield(row, nil) {
				return
			}
		}
		if f.err != nil {
			yield(inventory.Workload{}, f.err)
		}
	}
}

func (f found) CheckProject(context.Context, string) error { return nil }

func (f found) Find(_ context.Context, a inventory.Arg) ([]diagnosis.Ref, error) {
	return []diagnosis.Ref{{Kind: "Deployment", Namespace: a.Project, Name: a.Name}}, f.err
}

func inventoryOf(f found) inventoryFunc {
	return func() (inventory.Store, string, error) { return f, "shop", nil }
}

func TestWhy(t *testing.T) {
	for line, exit := range map[string]int{"cart": 0, "cart --exit-code": 9, "cart -o nope": 2} {
		env := clitest.NewEnv(t)
		err := clitest.Parse(newWhy(env.Env, func(ctx context.Context, o whyOptions) error {
			o.Inventory = inventoryOf(found{})
			o.Watcher = func() (rollout.Watcher, error) {
				return &porttest.Watcher{Scripts: []porttest.Script{{Progress: []rollout.Progress{porttest.Broken(ref())}}}}, nil
			}
			return runWhy(ctx, o)
		}), env.Env, strings.Fields(line)...)
		if fault.ExitCode(err) != exit || (exit != 2) != strings.Contains(env.Out.String(), "image_not_found") {
			t.Errorf("%s: %v\n%s", line, err, env.Out)
		}
	}
}

func TestGet(t *testing.T) {
	store := newStore()
	for n := range 2 {
		if _, err := deploy(t, store, &porttest.Watcher{}, "cart --image x:"+string(rune('1'+n)), ""); err != nil {
			t.Fatal(err)
		}
	}
	for line, want := range map[string]string{"cart": `"liveRelease": 2`, "cart@1": `"image": "x:1"`, "cart@9": ""} {
		env := clitest.NewEnv(t)
		err := clitest.Parse(newGet(env.Env, func(ctx context.Context, o getOptions) error {
			o.Inventory = inventoryOf(found{})
			o.Watcher = func() (rollout.Watcher, error) { return &porttest.Watcher{}, nil }
			o.Records = func() (rollout.Records, error) { return store, nil }
			return runGet(ctx, o)
		}), env.Env, line, "-o", "json")
		if want == "" {
			clitest.WantFault(t, err, fault.NotFound, "has no release 9")
		} else if err != nil || !strings.Contains(env.Out.String(), want) {
			t.Errorf("%s: %v\n%s", line, err, env.Out)
		}
	}
}

func list(t *testing.T, f found, line string) (clitest.Env, error) {
	env := clitest.NewEnv(t)
	err := clitest.Parse(newList(env.Env, func(ctx context.Context, o listOptions) error {
		o.Inventory = inventoryOf(f)
		return runList(ctx, o)
	}), env.Env, strings.Fields(line)...)
	return env, err
}

func TestList(t *testing.T) {
	for line, want := range map[string]string{
		"-o name": "shop/deployment/cart\nshop/cronjob/nightly, \"quoted\"\n", "-o name --unwell": "shop/deployment/cart\n", "-o name --limit 1": "shop/deployment/cart\n",
	} {
		if env, err := list(t, found{rows: rows()}, line); err != nil || env.Out.String() != want {
			t.Errorf("%s: %q, %v", line, env.Out, err)
		}
	}
	env, err := list(t, found{}, "-l a=b -o name")
	if err != nil || env.Err.String() != "no workloads with a=b in project shop\n" {
		t.Errorf("%q, %v", env.Err, err)
	}
	env, err = list(t, found{rows: rows(), err: fault.New(fault.NoVerdict, "gone")}, "-o json")
	clitest.WantFault(t, err, fault.NoVerdict, "the list is incomplete")
	if !strings.Contains(env.Out.String(), `"incomplete": true`) {
		t.Errorf("%s", env.Out)
	}
}

// nothingElse is a store in which there is nothing but apps.
type nothingElse struct{ *porttest.Store }

func (nothingElse) Find(context.Context, inventory.Arg) ([]diagnosis.Ref, error) { return nil, nil }

func remove(t *testing.T, store *porttest.Store, refuse error, line string) (clitest.Env, error) {
	env := clitest.NewEnv(t)
	err := clitest.Parse(newDelete(env.Env, func(ctx context.Context, o deleteOptions) error {
		o.Connect = func() (removalStore, string, error) { return nothingElse{store}, "shop", nil }
		o.Refuse = func(context.Context, string, string, bool) error { return refuse }
		return runDelete(ctx, o)
	}), env.Env, strings.Fields(line)...)
	return env, err
}

func TestDelete(t *testing.T) {
	store := newStore()
	if env, err := remove(t, store, nil, "cart -y"); err != nil || !strings.Contains(env.Err.String(), "nothing to do") {
		t.Errorf("%v, %q", err, env.Err)
	}
	if _, err := deploy(t, store, &porttest.Watcher{}, "-f -", file); err != nil {
		t.Fatal(err)
	}
	_, err := remove(t, store, nil, "cart")
	clitest.WantFault(t, err, fault.Usage, "there is no terminal", "on cluster lab", "--yes")
	_, err = remove(t, store, fault.New(fault.Usage, "protected"), "cart -y")
	clitest.WantFault(t, err, fault.Usage, "protected")
	env, err := remove(t, store, nil, "cart --dry-run=server -o name")
	if err != nil || !strings.Contains(env.Out.String(), "shop/deployment/cart\n") || len(store.Names()) == 0 {
		t.Errorf("%v, %q", err, env.Out)
	}
	if env, err = remove(t, store, nil, "cart -y"); err != nil || len(store.Names()) != 0 || !strings.Contains(env.Err.String(), "deleted shop/cart") {
		t.Errorf("%v, %q, %v", err, env.Err, store.Names())
	}
}

func TestInitWritesAFileThatDeployReads(t *testing.T) {
	env := clitest.NewEnv(t)
	line := strings.Fields("hello --image nginx:1.27 --port 80 -f app.yaml")
	if err := clitest.Parse(newInit(env.Env, runInit), env.Env, line...); err != nil {
		t.Fatal(err)
	}
	err := clitest.Parse(newInit(env.Env, runInit), env.Env, line...)
	clitest.WantFault(t, err, fault.Conflict, "app.yaml: it exists already", "--force")
	written, err := os.ReadFile("app.yaml")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := deploy(t, nil, nil, "-f - --dry-run=client -o name", string(written))
	if err != nil || !strings.Contains(shown.Out.String(), "service/hello") {
		t.Errorf("%v, %s", err, shown.Out)
	}
}
