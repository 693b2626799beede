package access

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestMain lets this test binary be the program that tests run.
func TestMain(m *testing.M) {
	switch os.Getenv("ACCESS_TEST_PROGRAM") {
	case "":
		os.Exit(m.Run())
	case "args":
		fmt.Printf("%q", os.Args[1:])
	case "fail":
		fmt.Fprint(os.Stderr, "no")
		os.Exit(3)
	case "hang":
		time.Sleep(time.Minute)
	case "flood":
		for range 3 {
			os.Stdout.Write(make([]byte, maxOutput))
		}
	}
}

func self(t *testing.T, what string, args ...string) Program {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Program{Path: path, Args: args, Env: []string{"ACCESS_TEST_PROGRAM=" + what}}
}

func TestRun(t *testing.T) {
	out, err := Run(t.Context(), self(t, "args", "a b", "$(id)", ";"))
	if err != nil || string(out.Stdout) != `["a b" "$(id)" ";"]` {
		t.Errorf("got %q, %v", out.Stdout, err)
	}
	out, err = Run(t.Context(), self(t, "fail"))
	if err == nil || string(out.Stderr) != "no" || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("got %q, %v", out.Stderr, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err = Run(ctx, self(t, "hang")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if out, err = Run(t.Context(), self(t, "flood")); err != nil || len(out.Stdout) != maxOutput {
		t.Errorf("got %d bytes, %v", len(out.Stdout), err)
	}
	if _, err = Run(t.Context(), Program{Path: "/nowhere/at/all"}); err == nil {
		t.Error("a program that is not there ran")
	}
}

func FuzzReadCredential(f *testing.F) {
	f.Add(credential("secret"))
	f.Add([]byte(`{"kind":"ExecCredential","status":{"expirationTimestamp":"x"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := newScene(t)
		c := &course{World: World{Now: time.Now}, Target: s.target, login: &login{path: "/bin/" + pluginName}, result: &Result{}}
		got := c.readCredential(s.target.Entry.user.Exec, data)
		if got.verdict == Pass && (c.login.token == "" || !bytes.Contains(data, []byte("ExecCredential"))) {
			t.Errorf("%q passes", data)
		}
	})
}

// The programs that people have, where they are here.
func TestRealKubectl(t *testing.T) {
	path, err := exec.LookPath("kubectl")
	if err != nil {
		t.Skip("kubectl is not here")
	}
	out, err := Run(t.Context(), Program{Path: path, Args: []string{"version", "--client", "-o", "json"}})
	if v, ok := versionOf(out.Stdout); err != nil || !ok || v.major != 1 || v.minor == 0 {
		t.Errorf("%s: %v, %v", out.Stdout, v, err)
	}
}

// The plugin asks gcloud for a token, and gcloud takes one from its environment.
func TestRealPlugin(t *testing.T) {
	for _, name := range []string{pluginName, "gcloud"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(name + " is not here")
		}
	}
	home := t.TempDir()
	s := newScene(t)
	s.target.Entry.user.Exec.Args = nil
	run := func(env ...string) *Result {
		s.patience = time.Minute
		s.world.Connect = Transport
		s.programs[pluginName] = func() (Output, error) {
			p := s.ran[len(s.ran)-1]
			path, err := exec.LookPath(pluginName)
			if err != nil {
				return Output{}, err
			}
			p.Path, p.Env = path, append(p.Env, append(env, "HOME="+home, "CLOUDSDK_CONFIG="+home)...)
			return Run(t.Context(), p)
		}
		return s.run()
	}
	if r := run("CLOUDSDK_AUTH_ACCESS_TOKEN=" + pluginToken); r.Result != Pass {
		t.Errorf("got %+v", r)
	}
	home = t.TempDir()
	if r := run(); r.Class != "plugin_failed" {
		t.Errorf("not logged in: got %+v", r)
	}
}
