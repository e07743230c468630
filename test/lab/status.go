//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"text/tabwriter"
)

// row is one process as status shows it.
type row struct {
	Component string `json:"component"`
	Process   string `json:"process"`
	State     string `json:"state"` // running, stopped, unavailable
	PID       int    `json:"pid,omitempty"`
	RSS       int64  `json:"rssBytes,omitempty"`
	Port      int    `json:"port,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

// report is what status -o json prints.
type report struct {
	Processes []row  `json:"processes"`
	RSS       int64  `json:"rssBytes"` // of all the lab's processes, containerd's shims included
	Dir       string `json:"dir"`
	Cache     string `json:"cache"`
}

func (l *lab) report() (report, error) {
	r := report{Dir: l.dir, Cache: l.cache}
	marked, err := l.marked()
	if err != nil {
		return r, err
	}
	for _, processes := range marked {
		for _, p := range processes {
			r.RSS += rss(p.PID)
		}
	}
	for _, c := range allComponents() {
		reason := c.unavailable(l.here)
		for _, u := range c.units {
			line := row{Component: c.name, Process: u.name, State: "stopped", Reason: reason}
			if len(u.ports) > 0 {
				line.Port = l.state.port(u.ports[0])
			}
			if p, known := l.state.process(u.name); known && p.alive() {
				line.State, line.PID, line.RSS = "running", p.PID, rss(p.PID)
				if stat, err := statOf(p.PID); err == nil && stat.state == 'T' {
					line.State = "paused"
				}
			} else if reason != "" {
				line.State = "unavailable"
			}
			r.Processes = append(r.Processes, line)
		}
	}
	return r, nil
}

func (l *lab) status(asJSON bool) error {
	r, err := l.report()
	if err != nil {
		return err
	}
	if asJSON {
		return l.printJSON(r)
	}
	w := tabwriter.NewWriter(l.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "COMPONENT\tPROCESS\tSTATE\tPID\tRSS\tPORT")
	reasons := map[string]string{}
	for _, p := range r.Processes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Component, p.Process, p.State, orDash(p.PID), mebibytes(p.RSS), orDash(p.Port))
		if p.Reason != "" {
			reasons[p.Component] = p.Reason
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("printing the status: %w", err)
	}
	fmt.Fprintf(l.stdout, "\nresident memory of all: %s (data in %s, programs in %s)\n", mebibytes(r.RSS), r.Dir, r.Cache)
	for _, c := range allComponents() {
		if reason := reasons[c.name]; reason != "" {
			fmt.Fprintf(l.stdout, "%s can't run here: %s\n", c.name, reason)
		}
	}
	return nil
}

func orDash(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

func mebibytes(bytes int64) string {
	if bytes == 0 {
		return "-"
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}

// environment is what tests and people need to know.
func (l *lab) environment() map[string]string {
	var missing []string
	for _, c := range allComponents() {
		if c.unavailable(l.here) != "" {
			missing = append(missing, c.name)
		}
	}
	env := map[string]string{
		"BCPAAS_LAB_DIR": l.dir, "KUBECONFIG": l.kubeconfig("admin"), "BCPAAS_LAB_KUBECTL": l.path("bin", "kubectl"),
		"BCPAAS_LAB_BIN": l.path("bin"), "BCPAAS_LAB_MISSING": strings.Join(missing, " "),
		"BCPAAS_LAB_APISERVER": "https://" + l.loopback("apiserver"), "BCPAAS_LAB_CA": pki{l}.cert("ca"), "BCPAAS_LAB_CA_KEY": pki{l}.key("ca"),
	}
	if l.here.nodeUnavailable() == "" {
		env["BCPAAS_LAB_NODE"], env["BCPAAS_LAB_NODE_ADDRESS"] = nodeName, l.here.address
	}
	if l.here.registryUnavailable() == "" {
		env["BCPAAS_LAB_REGISTRY"] = l.loopback("registry")
		env["BCPAAS_LAB_REGISTRY_PRIVATE"] = l.loopback("registry-private")
		env["BCPAAS_LAB_REGISTRY_PRIVATE_USER"], env["BCPAAS_LAB_REGISTRY_PRIVATE_PASSWORD_FILE"] = privateUser, l.passwordFile()
	}
	return env
}

func (l *lab) printEnv(asJSON bool) error {
	if len(l.state.Ports) == 0 {
		return fmt.Errorf("reading the lab's ports: it was never started; go run ./test/lab up")
	}
	return l.printVariables(l.environment(), asJSON)
}

func (l *lab) printVariables(env map[string]string, asJSON bool) error {
	if asJSON {
		return l.printJSON(env)
	}
	names := make([]string, 0, len(env))
	for name := range env {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if _, err := fmt.Fprintf(l.stdout, "export %s=%s\n", name, quote(env[name])); err != nil {
			return fmt.Errorf("printing the environment: %w", err)
		}
	}
	return nil
}

// quote makes a value safe for a POSIX shell.
func quote(value string) string { return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'" }

func (l *lab) printJSON(v any) error {
	e := json.NewEncoder(l.stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("printing JSON: %w", err)
	}
	return nil
}
