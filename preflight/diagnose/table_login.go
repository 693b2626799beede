package diagnose

// Parts of patterns. Messages have various quotes, or none.
const (
	quote0  = "[\"'`\\[*]{0,4}"
	quote1  = "[\"'`\\]*]{0,4}"
	permRE  = quote0 + `\b(?P<permission>[a-z][a-zA-Z0-9]*(?:\.[a-zA-Z0-9]+){2,3})` + quote1
	nameRE  = "[^\\s\"'`,;]+"
	emailRE = "[^\\s\"'`,;()\\[\\]:]+@[^\\s\"'`,;()\\[\\]]+"
)

// repetitions returns messages that look like errors and only repeat one.
func repetitions() []pattern {
	return []pattern{
		{
			name: "exit-status", class: none, words: []string{"exit", "occurred", "completed with status", "policy modification failed"},
			re: compilePattern(`^(?:\* )?(?:Error|ERROR|error|FATAL|fatal)\s*:\s*(?:Process completed with exit code \d+|Terraform exited with code \d+|exit status \d+|The process '[^']*' failed with exit code \d+|build step \d+ .{0,200} failed: (?:step )?exited with non-zero status:? \d+|\d+ errors? occurred:?|script failed with exit code \d+|\(gcloud\.builds\.submit\) build \S+ completed with status "?FAILURE"?|failed running terraform \w+ \(exit \d+\)|command terminated with exit code \d+|Policy modification failed\.)`),
		},
	}
}

// otherSystems returns the errors of other clouds and of systems that are no
// cloud, which use the same words.
func otherSystems() []pattern {
	return []pattern{
		{
			name: "aws", class: Other, rules: []string{}, words: []string{"arn:aws", "is not authorized to perform", "api error", "amazonaws.com", "eksctl", "botocore"},
			re:    compilePattern(`(?i)arn:aws[\w-]*:|is not authorized to perform: \w+:\w+|api error \w+(?:Denied|Exception|Unauthorized\w*|Token\w*|Failure)|(?:StatusCode|status code): 4\d\d, request id|botocore\.exceptions`),
			cause: "This is an error of Amazon Web Services, which gke-preflight knows nothing about.",
		},
		{
			name: "azure", class: Other, rules: []string{}, words: []string{"authorizationfailed", "aadsts", "microsoft.", "azurerm", "management.azure.com"},
			re:    compilePattern(`(?i)AuthorizationFailed|AADSTS\d+|over scope '?/subscriptions/|azurerm_\w+|management\.azure\.com|Microsoft\.(?:ContainerService|Authorization|Network|Compute|Resources|KeyVault|Storage)/`),
			cause: "This is an error of Microsoft Azure, which gke-preflight knows nothing about.",
		},
		{
			name: "operating-system", class: Other, confidence: Medium, rules: []string{}, words: []string{"permission denied", "operation not permitted", "eacces"},
			re:    compilePattern(`(?i)(?:open|mkdir|exec|stat|unlink|chmod|chown|rename|lstat|readdir|remove|cannot \w+|bash|sh|touch|rm|cp|mv)[ :]+(?:[^\s:]+: )?['"]?[^\s:]*['"]?: (?:permission denied|operation not permitted)|(?:fork/exec|dial unix) \S+: (?:connect: )?permission denied|Permission denied \(publickey|permission denied while trying to connect to the Docker daemon|EACCES: permission denied|permission denied for (?:table|relation|schema|database|sequence|function) |\[Errno 13\] Permission denied|create file \S+: permission denied`),
			cause: "This permission belongs to the operating system, a database or Git, not to Google Cloud.",
		},
	}
}

// login returns the errors of clients without credentials or without the plugin to
// use them.
func login() []pattern {
	return []pattern{
		{
			name: "auth-plugin-missing", class: AuthPluginMissing, words: []string{"gke-gcloud-auth-plugin"},
			re: compilePattern(`(?i)(?:executable|exec: ?)\s*["']?[^\s"']*gke-gcloud-auth-plugin(?:\.exe)?["']?:? (?:executable file )?not found|exec:? (?:process )?[^:]{0,60}gke-gcloud-auth-plugin[^:]{0,40}: (?:executable file not found|no such file|command not found)|gke-gcloud-auth-plugin,? which is needed for continued use of kubectl,? was not found|gke-gcloud-auth-plugin["']?(?:\.exe)?["']?:? (?:command not found|executable file not found|no such file or directory|is not (?:installed|recognized)|was not found|not found|does not exist)|(?:could not|cannot|can't|unable to) (?:find|locate|run)[^.]{0,40}gke-gcloud-auth-plugin|No such file or directory:? ["']?[^\s"']*gke-gcloud-auth-plugin|spawn gke-gcloud-auth-plugin ENOENT|Cannot run program "gke-gcloud-auth-plugin"|install gke-gcloud-auth-plugin for use with kubectl`),
		},
		{
			name: "auth-provider-gcp", class: AuthPluginMissing, words: []string{"auth provider", "auth plugin", "authprovider"},
			re: compilePattern(`(?i)no Auth Provider found for name ["']?gcp|the gcp auth plugin has been removed|unknown auth provider:? ["']?gcp|No Auth(?:Provider| plugin) (?:found )?for ["']?gcp`),
		},
		{
			name: "exec-version", class: AuthPluginMissing, confidence: Medium, words: []string{"client.authentication.k8s.io"},
			re:    compilePattern(`(?i)(?:invalid apiVersion|no kind "?ExecCredential"? is registered for version|plugin (?:is configured|returned|version)[^.]{0,60}) ?["']?client\.authentication\.k8s\.io/v1\w*`),
			cause: "The client and its login plugin use different versions of their protocol: one of the two is too old.",
		},
		{
			name: "gcloud-helper-missing", class: AuthPluginMissing, words: []string{"config-helper", "cmd-path"},
			re:    compilePattern(`(?i)error executing access token command[^:]{0,200}:[^.]{0,80}(?:not found|no such file)|fork/exec \S*gcloud: no such file`),
			cause: "The kubeconfig calls gcloud to log in, as old ones do, and gcloud is not installed.",
		},
		{
			name: "impersonation-denied", class: CallerPermissionDenied, words: []string{"getaccesstoken", "impersonat", "generateaccesstoken"},
			re:       compilePattern(`(?i)(?:Permission |Required )?["'` + "`" + `]?(?P<permission>iam\.serviceAccounts\.getAccessToken)["'` + "`" + `]?(?: permission| was)? ?(?:denied|is required|for)(?: on (?:the )?(?:resource|service account))?(?: ["']?(?P<resource>[\w{}<>*./-]*[/@][^\s"',;]+))?|Unable to acquire impersonated credentials|(?:cannot|unable to|not allowed to|failed to) impersonate (?:service account )?\[?(?P<account>` + emailRE + `)?|impersonate: status code 403`),
			classify: classifyImpersonation,
		},
		{
			name: "scopes", class: ProviderCredentials, words: []string{"scope"},
			re:    compilePattern(`(?i)insufficient authentication scopes|ACCESS_TOKEN_SCOPE_INSUFFICIENT|insufficient[_ ]?scope|Insufficient Permission: Request had|scopes? (?:is|are) not (?:enough|sufficient)`),
			cause: "The OAuth scopes of the access token are too narrow; IAM was not checked. Usually it is the token of the service account of a VM or node.",
		},
		{
			name: "no-default-credentials", class: ProviderCredentials, words: []string{"credential", "could not load the default"},
			re: compilePattern(`(?i)could not find default credentials|default credentials (?:were|was|are) not (?:found|available)|could not automatically determine credentials|could not load the default credentials|Attempted to load application default credentials since neither|no (?:valid )?(?:google )?(?:application default )?credentials (?:found|available|loaded|were)|DefaultCredentialsError|Application Default Credentials (?:are not available|not found)|(?:credentials|JSON) (?:are|is) not valid|(?:unable|failed) to (?:find|load|parse|read|detect) (?:default |google |application default |json )*credentials|could not (?:find|load|parse|read|detect) (?:default |google |application default )*credentials|error (?:loading|reading|parsing|creating|getting) (?:default |google |gcp )*credentials|credentials: (?:could not|cannot)|Unable to find default credentials|(?:invalid|malformed|bad)[^.:]{0,30} (?:service account key|credentials? file|credentials? json)|"?credentials"? ?: (?:no such file|open )|unexpected (?:end of JSON input|token)[^.]{0,60}credentials|Error: invalid character[^.]{0,80}credentials|the provided credentials (?:are|were) (?:invalid|not)`),
		},
		{
			name: "grant-refused", class: ProviderCredentials, words: []string{"invalid_grant", "invalid_client", "invalid_rapt", "invalid jwt", "cannot fetch token", "unauthorized_client", "invalid_target", "unable to generate access token", "fetch token", "refresh", "reauth", "token expired", "expired"},
			re:    compilePattern(`(?i)invalid_grant|invalid_client|invalid_rapt|unauthorized_client|invalid_target|Invalid JWT|oauth2(?:/google)?: cannot fetch token|unable to (?:generate|fetch|retrieve|refresh) (?:an? )?(?:access |identity |id )?token|problem refreshing your current auth tokens|Reauthentication (?:is needed|failed|required)|google\.auth\.exceptions\.RefreshError|refresh token (?:has )?expired|(?:could not|failed to) (?:refresh|fetch|retrieve|generate) (?:the |an? )?(?:access |oauth2? )?token`),
			cause: "Google's token server does not accept the credentials: they are expired or revoked, the key or account is deleted, the clock is wrong, or the federation does not match.",
		},
		{
			name: "no-active-account", class: ProviderCredentials, words: []string{"active account", "gcloud auth login", "valid credentials", "credentialed account"},
			re: compilePattern(`(?i)do not currently have an active account selected|does not have any valid credentials|please run:? (?:\$ )?gcloud auth (?:application-default )?login|No credentialed accounts`),
		},
		{
			name: "no-metadata-token", class: ProviderCredentials, words: []string{"metadata"},
			re:    compilePattern(`(?i)metadata: GCE metadata "[^"]*" not defined|(?:Get|error getting|unable to|failed to)[^.]{0,60}(?:metadata\.google\.internal|169\.254\.169\.254)[^ ]*/token|compute: Received 40[34] [^.]{0,120}|Failed to retrieve http://metadata\.google\.internal`),
			cause: "The metadata server returns no token: the machine has no service account or, in a pod, Workload Identity Federation for GKE maps it to none.",
		},
		{
			name: "plugin-failed", class: ProviderCredentials, confidence: Medium, words: []string{"gke-gcloud-auth-plugin", "config-helper", "getting credentials"},
			re:    compilePattern(`(?i)gke-gcloud-auth-plugin[^.]{0,40} failed with exit code \d+|getting credentials: (?:exec:|decoding)|error executing access token command`),
			cause: "The login plugin is installed and could not get a token: its output before this message says why. Usually nobody is logged in to gcloud.",
		},
	}
}
