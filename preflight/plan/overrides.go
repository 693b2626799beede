package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A flag of the user applies to several provider configurations only if they can
// share its value: two configurations whose values are not known may differ.

// A projectResolver finds the projects of changes.
type projectResolver struct {
	*Plan
	// unresolved are the provider configurations whose default project is
	// needed but not known.
	unresolved map[*Provider]bool
	// flags are the projects that the user gave for such provider
	// configurations, with --project.
	flags map[*Provider]string
}

// resolveProjects finds the project of every change: first what the plan
// proves, and then, for provider configurations that stay unresolved, what the
// user gave.
func (r *projectResolver) resolveProjects() {
	if r.building.evaluator != nil {
		r.building.evaluator.canResolveProjects = true
	}
	r.unresolved = map[*Provider]bool{}
	r.findProjects()
	unresolved := slices.Collect(maps.Keys(r.unresolved))
	if len(unresolved) == 0 || r.options.Project == "" && len(r.options.Projects) == 0 {
		return
	}
	r.flags = map[*Provider]string{}
	for _, provider := range unresolved {
		r.flags[provider] = r.options.projectFor(provider, unresolved)
	}
	r.unresolved = map[*Provider]bool{}
	r.findProjects()
}

// findProjects resolves the project of every change once.
func (r *projectResolver) findProjects() {
	for _, c := range r.Changes {
		c.project = r.resolveProject(c, maxHops)
	}
}

// projectFor returns the project that the user gave for a provider
// configuration, one of those that need one.
func (o Options) projectFor(provider *Provider, open []*Provider) string {
	if id := o.Projects[provider.Key]; id != "" && !provider.isPerInstance("project") {
		return id
	}
	if provider.project.State == Absent && provider.UnknownReason == "" {
		return o.Project
	}
	if provider.UnknownReason != "" || provider.isPerInstance("project") || !canShareValue(open, "project") {
		return ""
	}
	return o.Project
}

// canShareValue reports whether an attribute can have the same value in all
// provider configurations: there is only one, or they are google and
// google-beta with the same references.
func canShareValue(providers []*Provider, attribute string) bool {
	for _, pr := range providers[1:] {
		first := providers[0]
		if pr.UnknownReason != first.UnknownReason || pr.alias != first.alias || keyModule(pr.Key) != keyModule(first.Key) ||
			len(pr.unknownReferences[attribute]) == 0 || !slices.Equal(pr.unknownReferences[attribute], first.unknownReferences[attribute]) {
			if pr.Key != first.Key {
				return false
			}
		}
	}
	return true
}

// keyModule returns the module in the key of a provider configuration.
func keyModule(key string) string {
	module, _, found := strings.Cut(key, ":")
	if !found {
		return ""
	}
	return module
}

// flagProject returns the project that the user gave for a provider
// configuration.
func (r *projectResolver) flagProject(provider *Provider) string { return r.flags[provider] }

// flagExample returns the flag with which a user can give the value for a
// provider configuration.
func (p *Plan) flagExample(provider *Provider, flag, value string) string {
	if provider.Key == "" || provider.UnknownReason != "" {
		return flag + " " + value
	}
	if len(p.config.googleProviders()) > 1 {
		return flag + " " + provider.Key + "=" + value
	}
	return flag + " " + value
}

// googleProviders returns the keys of the google provider configurations.
func (c *configuration) googleProviders() []string {
	var out []string
	for key, config := range c.providers {
		if isGoogleProvider(config) {
			out = append(out, key)
		}
	}
	return out
}

// resolveDeployers sets the user's deployer on the provider configurations that
// do not show who the deployer is.
func (b builder) resolveDeployers() {
	if b.options.Deployer == "" && len(b.options.Deployers) == 0 {
		return
	}
	open := b.providersHidingDeployer()
	for _, provider := range open {
		provider.Deployer = b.options.deployerFor(provider, open)
	}
}

// providersHidingDeployer returns the provider configurations of changed
// resources that do not show who the deployer is.
func (b builder) providersHidingDeployer() []*Provider {
	var open []*Provider
	for _, c := range b.Changes {
		if c.Mode == "managed" && !c.isNoOp() && c.provider.hidesDeployer() && !slices.Contains(open, c.provider) {
			open = append(open, c.provider)
		}
	}
	return open
}

// HasKnownDeployers reports whether the plan shows for every provider
// configuration whether the deployer is the caller, or who else it is.
func (p *Plan) HasKnownDeployers() bool { return p.showsDeployers }

// hidesDeployer reports whether the plan does not show who the deployer is
// under a provider configuration.
func (pr *Provider) hidesDeployer() bool {
	return pr.UnknownReason != "" || pr.OwnCredentials == "external_credentials" || pr.Impersonates.State == Unknown ||
		pr.Impersonates.State == Absent && pr.OwnCredentials != ""
}

// deployerFor returns the account that the user gave for a provider
// configuration, one of those that need one.
func (o Options) deployerFor(provider *Provider, open []*Provider) string {
	attribute := "impersonate_service_account"
	if provider.Impersonates.State != Unknown {
		attribute = provider.OwnCredentials
	}
	if provider.isPerInstance(attribute) {
		return ""
	}
	if email := o.Deployers[provider.Key]; email != "" && provider.Key != "" {
		return email
	}
	if !canShareValue(open, attribute) {
		return ""
	}
	return o.Deployer
}

// DeployerFlag returns the flag with which a user can give the deployer under
// the provider configuration of c.
func (c *Change) DeployerFlag() string {
	return c.plan.flagExample(c.provider, "--deployer", "EMAIL")
}

// ImpersonatedByEnvironment returns the account that the environment makes
// every provider impersonate that configures none; usually empty.
func (c *Change) ImpersonatedByEnvironment() string {
	if c.plan.options.Getenv == nil {
		return ""
	}
	return c.plan.options.Getenv("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT")
}

// UsesEnvironmentCredentials reports whether any changed resource is deployed with the
// credentials of the environment.
func (p *Plan) UsesEnvironmentCredentials() bool {
	unused := false
	for _, c := range p.Changes {
		if c.Mode != "managed" || c.isNoOp() && !c.IsRemovedFromState() {
			continue
		}
		if c.provider.Impersonates.State == Absent && c.provider.OwnCredentials == "" {
			return true
		}
		unused = true
	}
	return !unused
}

// checkProviderKeys returns an error if the user named a provider configuration
// that the plan does not have.
func checkProviderKeys(p *Plan) error {
	known := p.config.googleProviders()
	slices.Sort(known)
	for flag, named := range map[string]map[string]string{"--project": p.options.Projects, "--deployer": p.options.Deployers} {
		for key := range named {
			if !slices.Contains(known, key) {
				return fmt.Errorf("%s %s=%s: the plan has no provider %s\nhint: its providers are %s", flag, key, named[key], key, strings.Join(known, ", "))
			}
		}
	}
	return nil
}

// UsesOnlyEnvironmentCredentials reports whether every changed resource is deployed with
// the credentials of the environment.
func (p *Plan) UsesOnlyEnvironmentCredentials() bool {
	for _, c := range p.Changes {
		own := c.provider.Impersonates.State != Absent || c.provider.OwnCredentials != "" || c.provider.UnknownReason != ""
		if c.Mode == "managed" && (!c.isNoOp() || c.IsRemovedFromState()) && own {
			return false
		}
	}
	return true
}
