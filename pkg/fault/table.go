package fault

// Entry is one row of the table of exit codes.
type Entry struct {
	Exit    int
	Kind    Kind
	Code    string // the code in JSON errors when the fault names no closer one
	Meaning string
}

// Table is the contract with scripts: `bcpaas help exit-codes`, the man pages and the README are generated from it.
// Rows are only ever added.
func Table() []Entry {
	return []Entry{
		{1, Other, "error", "any other error"},
		{2, Usage, "usage", "usage: unknown flag, bad argument, bad file, or a prompt needed without a terminal (the message names the flag that answers it)"},
		{3, NotFound, "not_found", "not found"},
		{4, Unauthenticated, "unauthenticated", "not signed in, or the credential was refused"},
		{5, Forbidden, "forbidden", "forbidden"},
		{6, Conflict, "conflict", "conflict: exists already, or changed meanwhile"},
		{7, NoVerdict, "no_verdict", "no verdict: unreachable, or timed out before an answer"},
		{8, Failed, "failed", "it ran and failed: a rollout, a pipeline run, a bulk import with rejected rows"},
		{9, Findings, "findings", "findings: node-check, drift, lint, verify, diff --exit-code"},
		{10, RolledBack, "rolled_back", "failed and rolled back"},
		{130, Interrupted, "interrupted", "interrupted (with --atomic the first Ctrl-C rolls back and then ends so; a second ends at once)"},
	}
}

// ExitCode is the kind's row in the table.
func (k Kind) ExitCode() int { return k.entry().Exit }

// Code is the kind's own stable code.
func (k Kind) Code() string { return k.entry().Code }

func (k Kind) entry() Entry {
	table := Table()
	for _, row := range table {
		if row.Kind == k {
			return row
		}
	}
	return table[0]
}
