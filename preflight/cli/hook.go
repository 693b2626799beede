package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
)

func newHook(env Env) *cobra.Command {
	f := new(checkFlags)
	cmd := &cobra.Command{
		Use:   "hook [FILE]...",
		Short: "Check the directories of files, as hooks of pre-commit name them",
		Long: `hook plans and checks each directory that one of the files is in, once. Its exit
code is the worst of theirs: 2 could not start, then 1 fails, then 3
undetermined, then 0.`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.hook(cmd, env, args) },
	}
	f.register(cmd)
	return cmd
}

func (f *checkFlags) hook(cmd *cobra.Command, env Env, files []string) error {
	var directories []string
	for _, file := range files {
		directories = append(directories, filepath.Dir(file))
	}
	slices.Sort(directories)
	var worst error
	for _, directory := range slices.Compact(directories) {
		fmt.Fprintln(env.Stdout, "#", directory)
		if err := f.run(cmd, env, []string{directory}); worse(err, worst) {
			worst = err
		}
	}
	return worst
}

// worse reports whether one run went worse than another.
func worse(err, than error) bool { return badness(err) > badness(than) }

func badness(err error) int {
	var v verdict
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &v):
		return 3
	case v.code == ExitFail:
		return 2
	}
	return 1
}
