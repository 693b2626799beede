package diagnose

// apis returns the messages about disabled APIs and projects that requests cannot be
// billed to.
func apis() []pattern {
	return []pattern{
		{
			name: "api-not-used", class: APIDisabled, words: []string{"has not been used in project"},
			re: compilePattern(`(?i)(?:[\w.() -]{0,80}? API|(?P<service>[a-z]+\.googleapis\.com)) has not been used in project (?P<project>[^\s,;]+) before or it is disabled`),
		},
		{
			name: "api-not-enabled", class: APIDisabled, words: []string{"not enabled", "not been enabled", "isn't enabled", "must be enabled", "not activated", "is disabled"},
			re:       compilePattern(`(?i)API (?:\[|["'])?(?P<service>[a-z]+\.googleapis\.com)?(?:\]|["'])? ?(?:is |has )?(?:not (?:been )?(?:enabled|activated)|disabled)(?: (?:on|for|in) (?:the )?(?:this project|(?:consumer )?["']?project[: ]?["'\[]?(?P<project>[^\s\]"',]+)))?|(?:service|API) ["'\[]?(?P<service>[a-z]+\.googleapis\.com)["'\]]? (?:is |has )?(?:not (?:been )?(?:enabled|activated)|disabled|must be enabled)(?: (?:on|for|in) (?:consumer )?(?:the )?["']?projects?[:/ ]?["'\[]?(?P<project>[^\s\]"',]+))?|[\w ]{3,60} API (?:is|has) (?:not (?:been )?enabled|disabled)|(?P<service>[a-z]+\.googleapis\.com) (?:is|has) (?:not (?:been )?(?:enabled|activated)|disabled)`),
			classify: classifyAPI,
		},
		{
			name: "consumer-should-enable", class: APIDisabled, words: []string{"should enable service"},
			re: compilePattern(`(?i)Consumer (?:["']?projects?[/:])?(?P<project>[^\s"']+?)["']? should enable service:?\s*(?P<service>[a-z]+\.googleapis\.com)`),
		},
		{
			name: "api-reason", class: APIDisabled, words: []string{"service_disabled", "accessnotconfigured", "access not configured", "service_not_enabled", "sus_error_service_not_enabled"},
			re: compilePattern(`(?i)\bSERVICE_DISABLED\b|accessNotConfigured|Access Not Configured|SERVICE_NOT_ENABLED`),
		},
		{
			name: "quota-project", class: CallerPermissionDenied, words: []string{"permission to use project", "user_project_denied", "serviceusage.services.use"},
			re:       compilePattern(`(?i)Caller does not have (?:the )?required permission to use project (?P<project>[^\s,;]+?)(?:\.? |\.?$|[,;])|USER_PROJECT_DENIED|Permission ["']?serviceusage\.services\.use["']? denied|does not have serviceusage\.services\.use access(?: to (?:the )?(?:Google Cloud )?project (?P<project>[^\s,;]+))?`),
			classify: classifyQuotaProject,
		},
		{
			name: "consumer-invalid", class: NotFound, confidence: Medium, words: []string{"consumer_invalid", "on resource project", "user project specified", "cannot be used for api calls", "consumer_suspended"},
			re:    compilePattern(`(?i)Permission denied on resource project (?P<project>[^\s,;]+?)(?:\.(?: |$)| |$|[,;])|\bCONSUMER_INVALID\b|User project specified in the request is invalid|Project ["']?(?P<project>[^\s"']+)["']? (?:is )?not found and cannot be used for API calls|Project ["'\[]?(?P<project>[^\s"'\]]+)["'\]]? has been deleted|\bCONSUMER_SUSPENDED\b`),
			cause: "No project of this name is visible to the caller: most likely it is misspelled or deleted. Google reports this like a missing permission.",
		},
		{
			name: "api-depended-on", class: InvalidArgument, rules: []string{"GP801"}, words: []string{"is depended on by the following", "has_dependent_services"},
			re:    compilePattern(`(?i)The service (?P<service>[a-z]+\.googleapis\.com) is depended on by the following active services?|HAS_DEPENDENT_SERVICES`),
			cause: "The plan disables an API that other enabled APIs depend on. Leave it enabled: disable_on_destroy = false.",
		},
		{
			name: "billing", class: Other, rules: []string{}, words: []string{"billing"},
			re:    compilePattern(`(?i)requires billing to be enabled|billing (?:account )?(?:must be|is not|has not been|not) enabled|BILLING_DISABLED|billing account for (?:the )?(?:owning )?project[^.]{0,60}(?:disabled|not found|absent|closed|delinquent)|UREQ_PROJECT_BILLING_NOT_FOUND|Billing is disabled|Please enable billing|no billing account`),
			cause: "The project has no active billing account. No permission is missing.",
		},
	}
}

// policies returns the messages about organization policies and limits, which
// return 403 although no IAM permission is missing.
func policies() []pattern {
	return []pattern{
		{
			name: "perimeter", class: Other, rules: []string{}, words: []string{"vpcservicecontrols", "vpc service controls", "vpc_service_controls", "security_policy_violated", "prohibited by organization"},
			re:    compilePattern(`(?i)vpcServiceControlsUniqueIdentifier|VPC Service Controls|SECURITY_POLICY_VIOLATED|Request is prohibited by organization's policy`),
			cause: "A VPC Service Controls perimeter blocks the request. No role helps; an administrator of the perimeter can look up the identifier in the message.",
		},
		{
			name: "org-policy", class: Other, rules: []string{}, words: []string{"constraint", "org policy", "organization policy", "orgpolicy", "organization's policy"},
			re:    compilePattern(`(?i)(?:violates )?constraint[:s]? ["'` + "`" + `]?(?:constraints/)?[a-z]+\.[\w.]+["'` + "`" + `]? (?:is )?(?:violated|has been violated|for )|violates constraint|Constraint ["'` + "`" + `]?constraints/|constraints/[a-zA-Z]+\.\w+[^.]{0,60}(?:violat|enforced|denied|not allowed)|(?:organization|org) polic(?:y|ies)[^.]{0,80}(?:violat|prevent|block|disallow|prohibit|restrict|not permit)|(?:violat|prohibited by|blocked by|denied by|not allowed by|disallowed by|restricted by)[^.]{0,60}(?:organization|org)(?:'s)? polic`),
			cause: "An organization policy forbids this for every caller. No role helps; change the configuration or the policy.",
		},
		{
			name: "location-policy", class: Other, rules: []string{}, words: []string{"location_policy_violated", "denied on 'locations/", `denied on "locations/`, "denied on locations/", "location is restricted", "location_org_policy"},
			re:    compilePattern(`(?i)LOCATION_POLICY_VIOLATED|Permission denied on ["']?(?P<resource>locations/[\w{}<>-]+)|LOCATION_ORG_POLICY_VIOLATED`),
			cause: "This project cannot use the location, or the location does not exist. The message looks like a missing permission, but none is missing.",
		},
		{
			name: "stock-out", class: Other, rules: []string{}, words: []string{"enough resources available", "pool_exhausted", "stockout", "resources to fulfill", "resource availability", "currently unavailable in the", "out of stock", "not available in zone", "zone_resource_pool"},
			re:    compilePattern(`(?i)does not have enough resources available to fulfil{1,2}(?: the)? request[:.]?(?: ["'(]?(?P<resource>[a-z]+-[a-z]+\d+(?:-[a-z])?))?|\w*RESOURCE_POOL_EXHAUSTED\w*|GCE_STOCKOUT|is currently unavailable in the (?P<resource>[a-z]+-[a-z]+\d+-[a-z]) zone|(?:not enough|insufficient) (?:capacity|resources available)|out of stock`),
			cause: "Compute Engine has no machines of this type left in the zone (a stock-out). Use another zone or machine type, or retry later; no role helps.",
		},
		{
			name: "quota", class: Quota, rules: []string{}, words: []string{"quota", "ratelimit", "rate_limit", "rate limit", "limit exceeded", "limit_exceeded", "short '", "resource_exhausted"},
			re: compilePattern(`(?i)Quota ["']?[\w./ -]+?["']? exceeded|Insufficient (?:regional |project |global )?quota|exceed(?:ed|s|ing)? (?:the |your |its |their |any |project |regional |global )*quota|QUOTA_EXCEEDED|quotaExceeded|Quota exceeded|quota (?:limit )?(?:has been |was |is )?(?:exceeded|reached|exhausted|insufficient)|(?:out of|reached|insufficient) (?:\w+ ){0,3}quota|rateLimitExceeded|RATE_LIMIT_EXCEEDED|rate limit exceeded|(?:resource|limit)[ _]exceeded|is short ["'][\d.]+|quota ["'][\w-]+["'] (?:is|would|to)|The regional quota is|Quota limit ["'][^"']+["'] has been exceeded|request an increase of your [\w ]{0,60}quota|cannot create more than \d+ clusters`),
		},
		{
			name: "identity-pool", class: Other, rules: []string{}, words: []string{"identity pool does not exist", "identity namespace", "workload identity pool does not exist"},
			re:    compilePattern(`(?i)Identity (?:Pool|Namespace) does not exist \(?(?P<resource>[^\s)]+)\)?`),
			cause: "The workload identity pool of a project is created with its first cluster that enables Workload Identity Federation for GKE: the grant must depend on that cluster (depends_on).",
		},
		{
			name: "concurrent-policy", class: Other, confidence: Medium, rules: []string{}, words: []string{"concurrent policy changes"},
			re:    compilePattern(`(?i)There were concurrent policy changes`),
			cause: "Two changes of the same IAM policy collided. Retry, and manage a policy in one place only.",
		},
	}
}

// agents returns the messages that name the GKE service agent as the account that
// lacks a permission.
func agents() []pattern {
	return []pattern{
		{
			name: "agent-missing-permissions", class: ServiceAgentMissingRole, words: []string{"is missing required permission", "missing required permissions", "missing the required permission"},
			re:       compilePattern(`(?i)(?:Kubernetes Engine|GKE|Container Engine|Compute Engine|Google APIs?)(?: \w+)? (?:service agent|service account|robot account)[^.]{0,120} is missing (?:the )?required permissions?(?:[^"']{0,250}?required ` + permRE + ` permission(?:\(s\)|s)? (?:for|on) ["']?(?P<resource>` + nameRE + `))?`),
			classify: classifyAgent,
		},
		{
			name: "agent-lacks", class: ServiceAgentMissingRole, confidence: Medium, words: []string{"service agent", "container-engine-robot", "cloudservices.gserviceaccount.com", "compute-system", "robot"},
			re:       compilePattern(`(?i)(?:service agent|(?P<user>[\w{}<>*.-]+@(?:container-engine-robot|compute-system|gcp-sa-[a-z-]+|cloudservices)\.(?:iam\.)?gserviceaccount\.com))["'\]]?[^.@]{0,60}(?:lacks?|lost|(?:does not|doesn't) have|is missing|missing|needs|requires|is not granted|without)(?: \w+){0,4} (?:permissions?|access|roles?)(?:[^"'.]{0,60}` + permRE + `)?`),
			classify: classifyAgent,
		},
		{
			name: "host-permission", class: SharedVPCPermission, words: []string{"hostserviceagent"},
			re:       compilePattern(`(?i)["'` + "`" + `](?P<permission>container\.hostServiceAgent\.use)["'` + "`" + `](?:(?: permission(?:\(s\)|s)?)? (?:for|on) ["']?(?P<resource>` + nameRE + `))?|missing (?:the )?(?:role )?["']?(?:roles/)?container\.hostServiceAgentUser`),
			classify: classifyAgent,
		},
	}
}

// permissions returns the messages about a missing permission. Most do not name
// the account that lacks it.
func permissions() []pattern {
	return []pattern{
		{
			name: "kms-wrapper", class: KMSPermission, words: []string{"cloud kms error when using key", "cloud_kms_key_error", "kms key"},
			re:       compilePattern(`(?i)Cloud KMS error when using key ["']?(?P<resource>projects/` + nameRE + `?)["']?:\s+(?:[^'"]{0,40}Permission ` + permRE + `|(?P<state>[^"']{0,20})?)`),
			classify: classifyKey,
		},
		{
			name: "kms-state", class: Other, rules: []string{"GP601"}, words: []string{"current state is", "cloud_kms_key_destroyed", "key_destroyed", "is not enabled"},
			re:    compilePattern(`(?i)(?P<resource>projects/[^\s"']+/cryptoKeys/[^\s"']+)["']? is not enabled, current state is:? ["']?\w+|CLOUD_KMS_KEY_DESTROYED`),
			cause: "The Cloud KMS key or its primary version is disabled or destroyed. No role helps; enable or restore the version.",
		},
		{
			name: "required-for", class: CallerPermissionDenied, words: []string{"required"},
			re:       compilePattern(`(?i)\bRequired (?:the )?(?:permissions? )?:?` + permRE + `(?:,? (?:and|or) ["'\w., ]{3,200}?)? ?(?:permission(?:\(s\)|s)? ?)?(?:is missing |missing )?(?:for|on)(?: the)?(?: resource| project)? ?["'` + "`" + `]?(?P<resource>` + nameRE + `)`),
			classify: classifyPermission,
		},
		{
			name: "permission-denied-on", class: CallerPermissionDenied, words: []string{"denied"},
			re:       compilePattern(`(?i)\bPermissions? (?:to )?` + permRE + ` (?:was |is |has been )?denied(?: (?:on|for)(?: the| parent)*(?: resource| service account| project)?:? ?["'` + "`" + `]?(?P<resource>` + nameRE + `)?)?`),
			classify: classifyPermission,
		},
		{
			name: "permission-is-required", class: CallerPermissionDenied, words: []string{"required to perform", "is required"},
			re:       compilePattern(`(?i)\bPermissions? ` + permRE + ` (?:is|are) (?:required|needed) (?:to perform this operation )?(?:on|for)(?: service account| the| resource| project)* (?P<resource>.+?)(?:\., |\.$|["' ]|$)`),
			classify: classifyPermission,
		},
		{
			name: "does-not-have-access", class: CallerPermissionDenied, words: []string{"does not have", "doesn't have", "do not have", "lacks", "missing", "not have permission"},
			re:       compilePattern(`(?i)(?:["'\[]?(?P<user>` + emailRE + `)["'\]]? )?(?:does not have|doesn't have|do not have|lacks?|(?:is )?missing)(?: \w+){0,4}? ` + permRE + `(?: (?:permissions?|access))?(?: (?:to|on|for|in)(?: the)?(?: Google Cloud Storage| Artifact Registry)?(?: resource| project| bucket| object| repository)? ?["'` + "`" + `\[]?(?P<resource>` + nameRE + `))?`),
			classify: classifyPermission,
		},
		{
			name: "missing-permissions-list", class: CallerPermissionDenied, confidence: Medium, words: []string{"permission"},
			re:       compilePattern(`(?i)(?:missing|insufficient|lacking|lacks?)(?: (?:required|necessary|following|iam|the))* permissions?(?: \w+)?: ?\[?` + permRE),
			classify: classifyPermission,
		},
		{
			name: "error-info-permission", class: CallerPermissionDenied, words: []string{"iam_permission_denied", "permission_denied", "permissiondenied"},
			re:       compilePattern(`(?i)IAM_PERMISSION_DENIED[^}]{0,300}?permission["']?\s*[:=]\s*` + permRE + `|metadata["']?\s*[:=]\s*(?:map\[|\{)[^}]{0,200}?permission["']?\s*[:=]\s*` + permRE + `[^}]{0,300}?IAM_PERMISSION_DENIED`),
			classify: classifyPermission,
		},
		{
			name: "audit-denied", class: CallerPermissionDenied, words: []string{"authorizationinfo", "protopayload"},
			re:       compilePattern(`(?i)(?:authorizationInfo|protoPayload)["']?:`),
			classify: classifyAudit,
		},
		{
			name: "gcloud-user", class: CallerPermissionDenied, confidence: Medium, words: []string{"does not have permission to access"},
			re:       compilePattern(`(?i)(?:User )?\[(?P<user>[^\]]+)\] does not have permission to access (?P<kind>\w+) (?:instance )?\[(?P<resource>[^\]]+)\]`),
			classify: classifyGcloudUser,
		},
	}
}
