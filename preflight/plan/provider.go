package plan

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// A Provider is what a google or google-beta provider configuration says about
// the identity of the deployer and the project that is billed. A value is known
// only if the plan proves it: it is constant, or the text of the configuration
// gives it.
type Provider struct {
	// Key is the name of the configuration in the plan, such as google.host.
	Key string
	// Impersonates is the account that the provider impersonates. If absent,
	// the provider impersonates none unless GOOGLE_IMPERSONATE_SERVICE_ACCOUNT
	// is set.
	Impersonates Value
	// Delegates is the chain of accounts in between, nearest first.
	Delegates Value
	// OwnCredentials is the attribute or block that gives the provider its own
	// credentials, which are then not the caller's; empty if there is none.
	OwnCredentials string
	// Scopes are the OAuth scopes of the provider's tokens. Absent means all of
	// Google Cloud.
	Scopes Value
	// CustomEndpoint is the attribute that sends requests to hosts outside
	// googleapis.com; empty if there is none.
	CustomEndpoint string
	// BillingProject is the project that is billed and whose quota is used, if
	// UserProjectOverride is true.
	BillingProject Value
	// UserProjectOverride is whether requests name the project to bill:
	// BillingProject, else the resource's own project.
	UserProjectOverride Value
	// Deployer is the account that the user gave as the one that apply runs as,
	// if the plan does not show it; usually empty.
	Deployer string
	// UnknownReason says why it is not known which configuration is meant; empty if
	// it is known.
	UnknownReason string

	project Value
	// projectOrigin says in words where project was found.
	projectOrigin string
	// projectSource is where the project attribute seems to lead, and
	// projectGuess its value there.
	projectSource resolution
	projectGuess  Value
	// unknownReferences are the references in attributes that are not known.
	unknownReferences map[string][]string
	// alias is the alias of the configuration, and hasConfigText reports
	// whether its text was available.
	alias         string
	hasConfigText bool
}

// Provider returns the provider configuration that c uses; never nil.
func (c *Change) Provider() *Provider { return c.provider }

// A providerResolver finds the provider configurations of changes.
type providerResolver struct{ *Plan }

// A providerUse is what the provider configuration of a change depends on.
type providerUse struct {
	orphan        bool
	name          string
	module, local string
}

// newProviderUse returns what the provider configuration of c depends on.
func newProviderUse(c *Change) providerUse {
	if c.block == nil {
		return providerUse{orphan: true, name: c.ProviderName}
	}
	return providerUse{module: c.block.module, local: c.block.provider}
}

// providerOf returns the provider configuration that c uses.
func (r providerResolver) providerOf(c *Change) *Provider {
	if c.block == nil {
		return r.orphanProvider(c.ProviderName)
	}
	config, module := c.plan.config.provider(c.block)
	if config != nil {
		return r.newProvider(config, module)
	}
	if others := c.plan.config.providersNamed(providerLocalName(c.block.provider)); len(others) > 0 && strings.Contains(c.block.provider, ":") {
		return r.commonProvider(c.block.provider, others, "the plan does not say which provider configuration module "+c.block.module+" uses as "+providerLocalKey(c.block.provider))
	}
	// Terraform adds an empty configuration if there is none.
	return r.newProvider(&tfjson.ProviderConfig{Name: c.block.provider}, "")
}

// orphanProvider returns the provider of an object that is no longer
// configured. The plan names the provider program but not which of its
// configurations created the object, so the result is certain only if all of
// them are the same account.
func (r providerResolver) orphanProvider(name string) *Provider {
	var all []*tfjson.ProviderConfig
	hasDefault := map[string]bool{}
	for _, config := range r.config.providers {
		if !isGoogleProvider(config) || name != "" && config.FullName != "" && config.FullName != name {
			continue
		}
		all = append(all, config)
		if config.Alias == "" && config.ModuleAddress == "" {
			hasDefault[config.Name] = true
		}
	}
	if len(hasDefault) == 0 {
		// The empty configuration may have created it.
		all = append(all, &tfjson.ProviderConfig{Name: "google"})
	}
	return r.commonProvider("", all, "the plan does not say which provider configuration created an object that is no longer configured")
}

// commonProvider returns a provider that may be any of several configurations:
// it is known only if all are the same. Unclear says why it may be any.
func (r providerResolver) commonProvider(key string, all []*tfjson.ProviderConfig, unclear string) *Provider {
	slices.SortFunc(all, func(a, b *tfjson.ProviderConfig) int { return strings.Compare(providerKey(a), providerKey(b)) })
	first := r.newProvider(all[0], withoutKeys(all[0].ModuleAddress))
	for _, config := range all[1:] {
		if other := r.newProvider(config, withoutKeys(config.ModuleAddress)); !first.isSame(other) {
			return &Provider{Key: key, UnknownReason: unclear, project: Value{State: Unknown}, projectOrigin: "provider " + key}
		}
	}
	return first
}

// isSame reports whether two configurations are known to use the same account,
// project and billing project.
func (pr *Provider) isSame(other *Provider) bool {
	same := func(a, b Value) bool {
		return a.State != Unknown && a.State == b.State && a.String() == b.String() && a.IsTrue() == b.IsTrue() && slices.Equal(a.Strings(), b.Strings())
	}
	return same(pr.Impersonates, other.Impersonates) && same(pr.Delegates, other.Delegates) && same(pr.Scopes, other.Scopes) &&
		same(pr.BillingProject, other.BillingProject) && same(pr.UserProjectOverride, other.UserProjectOverride) && same(pr.project, other.project) &&
		pr.OwnCredentials == "" && other.OwnCredentials == "" && pr.CustomEndpoint == other.CustomEndpoint
}

// isGoogleProvider reports whether config is of the google or google-beta
// provider.
func isGoogleProvider(config *tfjson.ProviderConfig) bool {
	return config.Name == "google" || config.Name == "google-beta" ||
		strings.HasSuffix(config.FullName, "/hashicorp/google") || strings.HasSuffix(config.FullName, "/hashicorp/google-beta")
}

// newProvider returns the provider of a configuration whose expressions use the
// names of module.
func (r providerResolver) newProvider(config *tfjson.ProviderConfig, module string) *Provider {
	pr := &Provider{Key: providerKey(config), alias: config.Alias, unknownReferences: map[string][]string{}, hasConfigText: r.building.evaluator != nil}
	get := func(name string) Value {
		v := r.providerAttribute(config, name)
		if v.State == Unknown {
			pr.unknownReferences[name] = writtenReferences(referencesIn(config.Expressions[name]))
		}
		return v
	}
	pr.Impersonates = get("impersonate_service_account")
	pr.Delegates = get("impersonate_service_account_delegates")
	pr.Scopes = get("scopes")
	pr.BillingProject = r.valueOrEnvironment(get("billing_project"), "GOOGLE_BILLING_PROJECT")
	pr.UserProjectOverride = r.boolOrEnvironment(get("user_project_override"), "USER_PROJECT_OVERRIDE")
	for _, name := range []string{"credentials", "access_token", "external_credentials"} {
		if get(name).State != Absent {
			pr.OwnCredentials = name
		}
	}
	pr.CustomEndpoint = customEndpoint(config, get)
	pr.project = get("project")
	pr.projectOrigin = "provider " + pr.Key
	if f := r.resolveExpression(module, expressionOf(config.Expressions["project"])); f.reference != "" {
		pr.projectOrigin += " (" + f.reference + ")"
		pr.projectSource = f
		if f.found && f.value != nil {
			pr.projectGuess = Value{State: Known, Raw: f.value, Sensitive: f.sensitive}
		}
	}
	return pr
}

// providerAttribute returns an attribute of a provider configuration; unknown
// unless the plan or the text proves its value.
func (r providerResolver) providerAttribute(config *tfjson.ProviderConfig, name string) Value {
	e := config.Expressions[name]
	if e == nil || e.ExpressionData == nil {
		return Value{}
	}
	if len(e.NestedBlocks) > 0 {
		return Value{State: Unknown}
	}
	if x := expressionOf(e); x.hasConstant {
		return constantValue(x.constant)
	}
	if v, ok := r.building.evaluator.providerAttribute(config, name); ok {
		return v
	}
	return Value{State: Unknown}
}

// likelyValue returns the value of an expression as far as the plan shows it.
// Unless it is constant, it is a guess.
func (r authReader) likelyValue(module string, e *tfjson.Expression) Value {
	if e == nil || e.ExpressionData == nil {
		return Value{}
	}
	f := r.resolveExpression(module, expressionOf(e))
	if !f.found {
		return Value{State: Unknown}
	}
	v := constantValue(f.value)
	v.Sensitive = f.sensitive
	return v
}

// constantValue returns a constant as a Value. An empty string is absent.
func constantValue(constant any) Value {
	if constant == nil || constant == "" {
		return Value{}
	}
	return Value{State: Known, Raw: constant}
}

// valueOrEnvironment returns v, or the value of an environment variable if v is
// absent, as the provider does.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/transport/config.go (HandleSDKDefaults)
func (r providerResolver) valueOrEnvironment(v Value, name string) Value {
	if v.State != Absent || r.options.Getenv == nil {
		return v
	}
	return constantValue(r.options.Getenv(name))
}

// boolOrEnvironment returns the same for a bool.
func (r providerResolver) boolOrEnvironment(v Value, name string) Value {
	v = r.valueOrEnvironment(v, name)
	text, isText := v.Raw.(string)
	if !isText {
		return v
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		// The provider rejects it during plan.
		return Value{}
	}
	return Value{State: Known, Raw: b}
}

// customEndpoint returns the attribute that sends requests to hosts outside
// googleapis.com; empty if there is none. Endpoints of Private Service Connect
// are inside googleapis.com.
// https://docs.cloud.google.com/vpc/docs/about-accessing-google-apis-endpoints
func customEndpoint(config *tfjson.ProviderConfig, get func(string) Value) string {
	var names []string
	for name := range config.Expressions {
		if name == "universe_domain" || strings.HasSuffix(name, "_custom_endpoint") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		v := get(name)
		if v.State == Unknown || v.State == Known && !isGoogleHost(v.String()) {
			return name
		}
	}
	return ""
}

// isGoogleHost reports whether a universe domain, or the URL of an endpoint, is
// Google's default.
func isGoogleHost(s string) bool {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		s = u.Hostname()
	}
	return s == "googleapis.com" || strings.HasSuffix(s, ".googleapis.com")
}

// isPerInstance reports whether an attribute depends on the instance of the
// configuration: OpenTofu allows for_each in provider configurations.
// https://opentofu.org/docs/language/providers/configuration/#for_each-multiple-instances-of-a-provider-configuration
func (pr *Provider) isPerInstance(attribute string) bool {
	return slices.ContainsFunc(pr.unknownReferences[attribute], func(r string) bool {
		return strings.HasPrefix(r, "each.")
	})
}

// WhyUnknown says why an attribute of the provider configuration is not known, and
// how to make it known; flag is what the user can pass instead, empty if there
// is no such flag.
func (pr *Provider) WhyUnknown(attribute, flag string) string {
	written := "an expression"
	if refs := pr.unknownReferences[attribute]; len(refs) > 0 {
		written = strings.Join(refs, ", ")
	}
	out := "provider " + pr.Key + " sets " + attribute + " from " + written
	if pr.isPerInstance(attribute) {
		return out + ", which may differ between its instances"
	}
	switch {
	case pr.hasConfigText && flag == "":
		return out + ", which cannot be evaluated"
	case pr.hasConfigText:
		return out + ", which cannot be evaluated: name " + flag
	}
	out += ", whose value a plan's JSON does not show: check the binary plan, or name its configuration with --source DIR"
	if flag != "" {
		out += ", or " + flag
	}
	return out
}

// providerKey returns the name of a provider configuration in the plan.
func providerKey(config *tfjson.ProviderConfig) string {
	key := config.Name
	if config.Alias != "" {
		key += "." + config.Alias
	}
	if config.ModuleAddress != "" {
		key = withoutKeys(config.ModuleAddress) + ":" + key
	}
	return key
}

// provider returns the provider configuration of a block and the module whose
// names its expressions use. It returns nil if there is none, or if the plan
// does not show which one is meant: plans of Terraform before 1.1 use the name
// inside the module for a configuration that was passed to the module.
func (c *configuration) provider(b *block) (*tfjson.ProviderConfig, string) {
	if config := c.providers[b.provider]; config != nil {
		return config, withoutKeys(config.ModuleAddress)
	}
	module, name := b.module, providerLocalKey(b.provider)
	for module != "" {
		module = parentModule(module)
		key := name
		if module != "" {
			key = module + ":" + name
		}
		if config := c.providers[key]; config != nil && c.isOnlyConfiguration(config) {
			return config, module
		}
	}
	return nil, ""
}

// isOnlyConfiguration reports whether config is the only configuration of its
// provider.
func (c *configuration) isOnlyConfiguration(config *tfjson.ProviderConfig) bool {
	return len(c.providersNamed(config.Name)) == 1
}

// providersNamed returns the configurations of the provider with a local name.
func (c *configuration) providersNamed(name string) []*tfjson.ProviderConfig {
	var out []*tfjson.ProviderConfig
	for _, config := range c.providers {
		if config.Name == name {
			out = append(out, config)
		}
	}
	return out
}

// providerLocalKey returns a provider key without its module: google for
// module.a:google and a:google.
func providerLocalKey(key string) string {
	return key[strings.LastIndex(key, ":")+1:]
}

// providerLocalName returns the provider's name in a key: google for
// module.a:google.host.
func providerLocalName(key string) string {
	name, _, _ := strings.Cut(providerLocalKey(key), ".")
	return name
}
