package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/term"
)

func newHook(env Env) *cobra.Command {
	f := new(checkFlags)
	cmd := &cobra.Command{
		Use:   "hook [FLAG]... -- [FILE]...",
		Short: "Plan and check the directories of the given files, for pre-commit",
		Long: `hook plans and checks each root module that contains one of the files. It does
not plan a directory that is only a module: it checks the initialized root
modules below the working directory that call the module instead. It names the
directories that it does not check.

The exit code is the worst of all checks: 2 could not start, then 1 fails, then
3 undetermined, then 0.`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.hook(cmd, env, args) },
	}
	f.register(cmd)
	return cmd
}

func (f *checkFlags) hook(cmd *cobra.Command, env Env, files []string) error {
	directories, err := fileDirectories(files)
	if err != nil {
		return err
	}
	roots, err := f.rootModules(cmd.Context(), env, directories)
	if err != nil {
		return err
	}
	if err := f.refuseSharedFile(roots); err != nil {
		return err
	}
	var worst error
	for _, directory := range roots {
		fmt.Fprintln(env.Stdout, "#", term.Clean(directory))
		err := checkDirectory(cmd, env, directory)
		if cmd.Context().Err() != nil {
			return err
		}
		if exitRank(err) == rankCannotStart {
			// Print it here, because the other directories may have errors too.
			printError(env.Stderr, fmt.Errorf("%s: %w", directory, err))
			err = exitError{ExitStart}
		}
		if exitRank(err) > exitRank(worst) {
			worst = err
		}
	}
	return worst
}

// refuseSharedFile returns an error if the reports of several directories would be
// written to the same file, of which only the last would remain.
func (f *checkFlags) refuseSharedFile(roots []string) error {
	if len(roots) < 2 {
		return nil
	}
	outputs, err := f.outputs()
	if err != nil {
		return err
	}
	for _, o := range outputs {
		if o.file == "" || isStream(o.file) {
			continue
		}
		return fmt.Errorf("--format %s=%s: %d directories are checked, and each report would overwrite the previous one\nhint: run gke-preflight check DIR --format json=FILE for each of %s, then gke-preflight render FILE... --format %s=%s",
			o.format, o.file, len(roots), strings.Join(roots, ", "), o.format, o.file)
	}
	return nil
}

// checkDirectory checks one directory with a copy of the command line's flags. The
// configuration file in the directory sets flags of that copy, so it does not
// affect the next directory.
func checkDirectory(cmd *cobra.Command, env Env, directory string) error {
	f, check := new(checkFlags), new(cobra.Command)
	f.register(check)
	check.SetContext(cmd.Context())
	var err error
	cmd.Flags().Visit(func(given *pflag.Flag) {
		err = errors.Join(err, copyFlag(check.Flags(), given))
	})
	if err != nil {
		return err
	}
	return f.run(check, env, []string{directory})
}

// copyFlag copies the value of a flag, or all values of a repeatable one.
func copyFlag(to *pflag.FlagSet, given *pflag.Flag) error {
	values := []string{given.Value.String()}
	if list, ok := given.Value.(pflag.SliceValue); ok {
		values = list.GetSlice()
	}
	for _, v := range values {
		if err := to.Set(given.Name, v); err != nil {
			return err
		}
	}
	return nil
}

// fileDirectories returns the directories that contain files, sorted.
func fileDirectories(files []string) ([]string, error) {
	var out []string
	for _, file := range files {
		if _, err := os.Lstat(file); err != nil && strings.HasPrefix(file, "-") {
			return nil, fmt.Errorf("no such file: %s\nhint: put options before --, such as entry: gke-preflight hook %s --", file, file)
		}
		out = append(out, safePath(filepath.Dir(file)))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// safePath returns a path of directory that is not taken for an option or for
// standard input.
func safePath(directory string) string {
	if strings.HasPrefix(directory, "-") {
		return "." + string(filepath.Separator) + directory
	}
	return directory
}

// rootModules returns the root modules to check after changes in directories, and
// prints the directories that are not checked.
func (f *checkFlags) rootModules(ctx context.Context, env Env, directories []string) ([]string, error) {
	var roots []string
	var repository *plan.Repository
	for _, directory := range directories {
		if plan.HasConfiguration(directory) && plan.HasState(directory) {
			roots = append(roots, directory)
			continue
		}
		if repository == nil {
			var err error
			if repository, err = plan.ReadRepository(ctx, "."); err != nil {
				return nil, err
			}
		}
		reason := f.reasonNotPlanned(env, repository, directory)
		if reason == "" {
			roots = append(roots, directory)
			continue
		}
		roots = append(roots, initializedCallers(env, directory, reason, repository.Roots(directory))...)
	}
	slices.Sort(roots)
	roots = slices.Compact(roots)
	if len(roots) == 0 && len(directories) > 0 {
		fmt.Fprintln(env.Stdout, "# nothing was checked: the directories of these files are not root modules")
	}
	return roots, nil
}

// reasonNotPlanned returns why a directory without a state is not planned. It is
// empty if nothing shows that the directory is only a module.
func (f *checkFlags) reasonNotPlanned(env Env, repository *plan.Repository, directory string) string {
	if !plan.HasConfiguration(directory) {
		return "it has no configuration files"
	}
	if repository.IsCalled(directory) {
		return "it is a module that other directories call"
	}
	if plan.IsInitialized(directory) || len(f.vars) > 0 || len(f.varFiles) > 0 {
		return ""
	}
	for _, name := range plan.RequiredVariables(directory) {
		if env.Getenv("TF_VAR_"+name) == "" {
			return "it is a module: it has no backend, provider or state, and no value for variable " + name
		}
	}
	return ""
}

// initializedCallers returns those callers of a directory that are initialized. It
// prints that the directory is not planned, why, and which callers are checked.
func initializedCallers(env Env, directory, reason string, callers []string) []string {
	var roots, left []string
	for _, c := range callers {
		if plan.IsInitialized(c) {
			roots = append(roots, safePath(c))
			continue
		}
		left = append(left, c)
	}
	line := fmt.Sprintf("# %s was not planned: %s", directory, reason)
	if len(roots) > 0 {
		line += "; checked through " + strings.Join(roots, ", ")
	}
	if len(left) > 0 {
		line += fmt.Sprintf("; not checked through %s: terraform init has not run there", strings.Join(left, ", "))
	}
	fmt.Fprintln(env.Stdout, term.Clean(line))
	return roots
}

// rankCannotStart is the exitRank of a check that could not start.
const rankCannotStart = 3

// exitRank orders the errors of checks from best to worst. Exit codes are not in
// that order.
func exitRank(err error) int {
	var exit exitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit) || exit.code == ExitStart:
		return rankCannotStart
	case exit.code == ExitFail:
		return 2
	}
	return 1
}
