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
		Short: "Check the directories of files, as hooks of pre-commit name them",
		Long: `hook plans and checks each root module that one of the files is in, once. A
directory that is only a module is not planned: the initialized root modules
below the working directory that call it are checked instead. What is not
checked is named.

Its exit code is the worst of theirs: 2 could not start, then 1 fails, then 3
undetermined, then 0.`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.hook(cmd, env, args) },
	}
	f.register(cmd)
	return cmd
}

func (f *checkFlags) hook(cmd *cobra.Command, env Env, files []string) error {
	directories, err := directoriesOf(files)
	if err != nil {
		return err
	}
	roots, err := f.roots(cmd.Context(), env, directories)
	if err != nil {
		return err
	}
	if err := f.oneFileEach(roots); err != nil {
		return err
	}
	var worst error
	for _, directory := range roots {
		fmt.Fprintln(env.Stdout, "#", term.Clean(directory))
		err := runIn(cmd, env, directory)
		if cmd.Context().Err() != nil {
			return err
		}
		if badness(err) == cannotStart {
			// Said here, because only one error can be returned.
			complain(env.Stderr, fmt.Errorf("%s: %w", directory, err))
			err = verdict{ExitStart}
		}
		if worse(err, worst) {
			worst = err
		}
	}
	return worst
}

// oneFileEach refuses reports of several directories in one file, where the last
// would be all that is left.
func (f *checkFlags) oneFileEach(roots []string) error {
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
		return fmt.Errorf("--format %s=%s: %d directories are checked, and each report would replace the one before\nhint: run gke-preflight check DIR --format json=FILE for each of %s, then gke-preflight render FILE... --format %s=%s",
			o.format, o.file, len(roots), strings.Join(roots, ", "), o.format, o.file)
	}
	return nil
}

// runIn checks one directory by flags of its own: those of the command line,
// and what the configuration beside this directory adds. What that file says
// must not count for the next directory.
func runIn(cmd *cobra.Command, env Env, directory string) error {
	f, own := new(checkFlags), new(cobra.Command)
	f.register(own)
	own.SetContext(cmd.Context())
	var failed error
	cmd.Flags().Visit(func(given *pflag.Flag) {
		failed = errors.Join(failed, copyFlag(own.Flags(), given))
	})
	if failed != nil {
		return failed
	}
	return f.run(own, env, []string{directory})
}

// copyFlag sets a flag as it was given; one that is repeatable as often as it
// was given.
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

// directoriesOf returns the directories that files are in, each once.
func directoriesOf(files []string) ([]string, error) {
	var out []string
	for _, file := range files {
		if _, err := os.Lstat(file); err != nil && strings.HasPrefix(file, "-") {
			return nil, fmt.Errorf("there is no file %s\nhint: put options before --, such as entry: gke-preflight hook %s --", file, file)
		}
		out = append(out, asPath(filepath.Dir(file)))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// asPath returns a directory so that it is no option and no standard input.
func asPath(directory string) string {
	if strings.HasPrefix(directory, "-") {
		return "." + string(filepath.Separator) + directory
	}
	return directory
}

// roots returns the root modules to check because of changes in directories, and
// prints what is not checked.
func (f *checkFlags) roots(ctx context.Context, env Env, directories []string) ([]string, error) {
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
		why := f.notRoot(env, repository, directory)
		if why == "" {
			roots = append(roots, directory)
			continue
		}
		roots = append(roots, instead(env, directory, why, repository.Roots(directory))...)
	}
	slices.Sort(roots)
	roots = slices.Compact(roots)
	if len(roots) == 0 && len(directories) > 0 {
		fmt.Fprintln(env.Stdout, "# nothing was checked: no root module is among the directories of these files")
	}
	return roots, nil
}

// notRoot says why a directory without a state of its own is not planned. It is
// empty if nothing shows that the directory is a module.
func (f *checkFlags) notRoot(env Env, repository *plan.Repository, directory string) string {
	if !plan.HasConfiguration(directory) {
		return "it has no configuration files"
	}
	if repository.Calls(directory) {
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

// instead returns the initialized ones of the roots that call a directory that is
// not planned, and says so.
func instead(env Env, directory, why string, callers []string) []string {
	var roots, left []string
	for _, c := range callers {
		if plan.IsInitialized(c) {
			roots = append(roots, asPath(c))
			continue
		}
		left = append(left, c)
	}
	line := fmt.Sprintf("# %s was not planned: %s", directory, why)
	if len(roots) > 0 {
		line += "; checked through " + strings.Join(roots, ", ")
	}
	if len(left) > 0 {
		line += fmt.Sprintf("; not checked through %s, where terraform init has not run", strings.Join(left, ", "))
	}
	fmt.Fprintln(env.Stdout, term.Clean(line))
	return roots
}

// worse reports whether one run went worse than another.
func worse(err, than error) bool { return badness(err) > badness(than) }

// cannotStart is the badness of a run that could not start.
const cannotStart = 3

func badness(err error) int {
	var v verdict
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &v) || v.code == ExitStart:
		return cannotStart
	case v.code == ExitFail:
		return 2
	}
	return 1
}
