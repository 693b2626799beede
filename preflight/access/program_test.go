package access

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestMain lets the tests run this test binary as a program.
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
		t.Error("running a missing program succeeds")
	}
}

func FuzzReadCredential(f *testing.F) {
	f.Add(credential("secret"))
	f.Add([]byte(`{"kind":"ExecCredential","status":{"expirationTimestamp":"x"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := newScene(t)
		c := newChecker(&state{Env: Env{Now: time.Now}, Target: s.target, login: &login{path: "/bin/" + pluginName}, result: &Result{}})
		got := c.readCredential(s.target.Entry.user.Exec, data)
		if got.verdict == Pass && (c.login.token == "" || !bytes.Contains(data, []byte("ExecCredential"))) {
			t.Errorf("%q passes", data)
		}
	})
}

// requirePrograms skips a test if one of the programs is not on PATH.
func requirePrograms(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(name + " is not on PATH")
		}
	}
}

func TestRealKubectl(t *testing.T) {
	requirePrograms(t, "kubectl")
	out, err := Run(t.Context(), Program{Path: "kubectl", Args: []string{"version", "--client", "-o", "json"}})
	if v, ok := parseKubectlVersion(out.Stdout); err != nil || !ok || v.major != 1 || v.minor == 0 {
		t.Errorf("%s: %v, %v", out.Stdout, v, err)
	}
}

// loginOf returns a kubeconfig user with the real plugin, which gets a token from
// gcloud, which reads it from the environment.
func loginOf(token, home string) string {
	return `
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: gke-gcloud-auth-plugin
      interactiveMode: Never
      env:
      - {name: CLOUDSDK_AUTH_ACCESS_TOKEN, value: "` + token + `"}
      - {name: CLOUDSDK_CONFIG, value: "` + home + `"}
      - {name: HOME, value: "` + home + `"}
`
}

// TestAgreesWithKubectl compares this package with the real programs.
func TestAgreesWithKubectl(t *testing.T) {
	requirePrograms(t, "kubectl", pluginName, "gcloud")
	for _, tt := range []struct {
		name   string
		handle http.HandlerFunc
		token  string
		change func(*scene, string)
		class  string
	}{
		{"works", acceptsOnly(pluginToken, 401, unauthorizedBody), pluginToken, func(*scene, string) {}, ""},
		{"401", acceptsOnly(toolToken, 401, unauthorizedBody), pluginToken, func(*scene, string) {}, "unauthorized_401"},
		{"403", acceptsOnly(toolToken, 403, forbiddenBody), pluginToken, func(*scene, string) {}, "rbac_forbidden_403"},
		{"not logged in", responds(200, namespaceList), "", func(*scene, string) {}, "plugin_failed"},
		{"another CA", responds(200, namespaceList), pluginToken, func(s *scene, login string) {
			s.user(s.server.host, newAuthority(s.t), "", login)
		}, "kubeconfig_ca"},
		{"old plugin version", responds(200, namespaceList), pluginToken, func(s *scene, login string) {
			s.user(s.server.host, s.ca, "", strings.Replace(login, "v1beta1", "v1alpha1", 1))
		}, "plugin_api_version"},
		{"another plugin version", responds(200, namespaceList), pluginToken, func(s *scene, login string) {
			s.user(s.server.host, s.ca, "", strings.Replace(login, "v1beta1", "v1", 1))
		}, "plugin_api_version"},
		{"removed auth-provider", responds(200, namespaceList), pluginToken, func(s *scene, _ string) {
			s.user(s.server.host, s.ca, "", "\n    auth-provider: {name: gcp}")
		}, "login_plugin_unused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t)
			s.patience = time.Minute
			s.serve(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "Bearer "+toolToken {
					responds(200, namespaceList)(w, r)
					return
				}
				tt.handle(w, r)
			})
			login := loginOf(tt.token, t.TempDir())
			s.user(s.server.host, s.ca, "", login)
			tt.change(s, login)
			s.programs[pluginName] = func() (Output, error) {
				p := s.ran[len(s.ran)-1]
				p.Path = pluginName
				return Run(t.Context(), p)
			}
			r := s.run()
			if r.Class != tt.class {
				t.Errorf("got %+v", r)
			}
			out, err := Run(t.Context(), Program{
				Path: "kubectl", Args: []string{"--kubeconfig", s.file, "--request-timeout=20s", "get", "--raw", "/api/v1/namespaces"},
				Env: []string{"HOME=" + t.TempDir()},
			})
			if (err == nil) != (r.Result == Pass) {
				t.Errorf("got result %s, but kubectl returns %v: %s", r.Result, err, out.Stderr)
			}
		})
	}
}
