package gkepreflight

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsimple"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Programs that the tests cannot run are replayed here, by what their
// documentation and source say.

// An atlantis is what Atlantis reads of its server-side configuration.
// https://www.runatlantis.io/docs/server-side-repo-config
type atlantis struct {
	Repos []struct {
		PolicyCheck bool   `yaml:"policy_check"`
		Custom      bool   `yaml:"custom_policy_check"`
		Workflow    string `yaml:"workflow"`
	} `yaml:"repos"`
	Policies struct {
		Sets []struct{ Name, Path, Source string } `yaml:"policy_sets"`
	} `yaml:"policies"`
	Workflows map[string]struct {
		Plan  atlantisStage `yaml:"plan"`
		Check atlantisStage `yaml:"policy_check"`
	} `yaml:"workflows"`
}

// An atlantisStage holds steps: the name of a built-in one, or a map from "run" to
// a command.
type atlantisStage struct {
	Steps []any `yaml:"steps"`
}

func readAtlantis(t *testing.T, recipe string) atlantis {
	t.Helper()
	var a atlantis
	parseRecipe(t, recipe, &a)
	if len(a.Repos) != 1 {
		t.Fatalf("%s: %d repos, want 1", recipe, len(a.Repos))
	}
	return a
}

// plan returns the script of the plan stage.
func (a atlantis) plan() string { return a.Workflows[a.Repos[0].Workflow].Plan.script() }

// policyCheck returns the script of the policy check stage.
func (a atlantis) policyCheck() string { return a.Workflows[a.Repos[0].Workflow].Check.script() }

// script returns the stage as a shell runs it with -e. Atlantis runs each command
// in a shell of its own.
func (s atlantisStage) script() string {
	builtin := map[any]string{
		"init": "terraform init",
		"plan": `terraform plan -out="$PLANFILE"`,
		// Like terraform show, which the stub takes for a check.
		"show": `test -f "$PLANFILE" && echo "checked $(tail -c +5 "$PLANFILE")" >>"$STUB_LOG"`,
	}
	var lines []string
	for _, step := range s.Steps {
		if run, ok := step.(map[string]any); ok {
			lines = append(lines, "sh -c "+quote(run["run"].(string)))
			continue
		}
		if step == "show" && len(lines) == 0 {
			continue // A policy check begins where the plan ended.
		}
		lines = append(lines, builtin[step])
	}
	return strings.Join(lines, "\n")
}

// passesAtlantis reports whether Atlantis takes the output of a custom policy check
// for a pass.
// https://github.com/runatlantis/atlantis/blob/078d0a82081e8a2b1645268c5f5bfec578246fa9/server/events/project_command_runner.go#L655-L672
func passesAtlantis(output string) bool {
	failure := regexp.MustCompile(`([1-9][0-9]* failure|failures": \[)`)
	return output != "" && !failure.MatchString(output) && !strings.HasPrefix(strings.TrimSpace(output), "FAIL")
}

// passesOldAtlantis is passesAtlantis of the versions of which the documentation
// says "custom policy tool output is simply parsed for "fail" substrings".
// https://www.runatlantis.io/docs/custom-policy-checks
func passesOldAtlantis(output string) bool {
	return !strings.Contains(strings.ToLower(output), "fail")
}

// A terragrunt is the terraform block of a terragrunt.hcl.
// https://terragrunt.gruntwork.io/docs/reference/hcl/blocks/#terraform
type terragrunt struct {
	Extra []struct {
		Name      string   `hcl:"name,label"`
		Commands  []string `hcl:"commands"`
		Arguments []string `hcl:"arguments"`
	} `hcl:"extra_arguments,block"`
	Before []terragruntHook `hcl:"before_hook,block"`
	After  []terragruntHook `hcl:"after_hook,block"`
}

type terragruntHook struct {
	Name       string   `hcl:"name,label"`
	Commands   []string `hcl:"commands"`
	Execute    []string `hcl:"execute"`
	RunOnError bool     `hcl:"run_on_error,optional"`
}

// readTerragrunt reads the recipe for a terragrunt.hcl in dir.
func readTerragrunt(t *testing.T, dir string) terragrunt {
	t.Helper()
	var file struct {
		Terraform terragrunt `hcl:"terraform,block"`
	}
	evaluation := &hcl.EvalContext{Functions: map[string]function.Function{
		"get_terragrunt_dir": function.New(&function.Spec{
			Type: function.StaticReturnType(cty.String),
			Impl: func([]cty.Value, cty.Type) (cty.Value, error) { return cty.StringVal(dir), nil },
		}),
	}}
	if err := hclsimple.Decode("terragrunt.hcl", []byte(recipes(t)["terragrunt"]), evaluation, &file); err != nil {
		t.Fatal(err)
	}
	return file.Terraform
}

func (tg terragrunt) plan() string  { return tg.run("plan") }
func (tg terragrunt) apply() string { return tg.run("apply", "tfplan") }

// run returns a script that does what Terragrunt does: the hooks before a command,
// the command unless one of them fails, and the hooks after it, of which those
// without run_on_error need that nothing failed.
func (tg terragrunt) run(command string, args ...string) string {
	var b strings.Builder
	b.WriteString("code=0\n")
	step := func(words []string, always bool) {
		if !always {
			b.WriteString("[ $code != 0 ] || ")
		}
		for _, w := range words {
			b.WriteString(quote(w) + " ")
		}
		b.WriteString("|| code=$?\n")
	}
	for _, h := range tg.Before {
		if slices.Contains(h.Commands, command) {
			step(h.Execute, h.RunOnError)
		}
	}
	words := []string{"tofu", command}
	for _, e := range tg.Extra {
		if slices.Contains(e.Commands, command) {
			words = append(words, e.Arguments...)
		}
	}
	step(append(words, args...), false)
	for _, h := range tg.After {
		if slices.Contains(h.Commands, command) {
			step(h.Execute, h.RunOnError)
		}
	}
	b.WriteString("[ $code = 0 ]\n")
	return b.String()
}

// quote quotes a word for a shell.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
