package diagnose

// operations returns the messages about clusters that are busy or not complete.
func operations() []pattern {
	return []pattern{
		{
			name: "requires-recreation", class: NodePoolRequiresRecreation, words: []string{"requires recreation", "require recreation", "requires re-creation"},
			re: compilePattern(`(?i)Node ?pools? ["'` + "`" + `]?(?P<resource>[^\s"'` + "`" + `]+?)["'` + "`" + `]? requires? re-?creation`),
		},
		{
			name: "incompatible-operation", class: IncompatibleOperation, words: []string{"incompatible operation", "cluster_already_has_operation", "already_has_operation"},
			re: compilePattern(`(?i)(?:running|has|with)(?: an)? incompatible operation(?: ["'\[]?(?P<resource>operation-[\w.*-]+))?|CLUSTER_ALREADY_HAS_OPERATION`),
		},
		{
			name: "operation-running", class: IncompatibleOperation, words: []string{"operation-", "operation "},
			re: compilePattern(`(?i)Operation ["'\[]?(?P<resource>operation-[\w.*-]+)["'\]]? is (?:currently|still|already) [\w ]{2,60}|operation ["'\[]?(?P<resource>operation-[\w.*-]+)["'\]]? (?:is )?in progress|(?:another|an|other|conflicting) (?:\w+ )?operation (?:["'\[]?(?P<resource>operation-[\w.*-]+)["'\]]? )?(?:is )?(?:already |currently |still )?(?:in progress|running)[^.]{0,40}(?:cluster|node ?pool|try again|wait|$)|please wait (?:and try again once it is done|for (?:the|that|it)[^.]{0,40}operation)`),
		},
		{
			name: "cluster-busy", class: IncompatibleOperation, confidence: Medium, words: []string{"reconciling", "provisioning", "is currently being", "is being "},
			re: compilePattern(`(?i)cluster (?:["'\[]?[\w/-]+["'\]]? )?(?:is|was|must not be|status is|state is)(?: currently| still| in)?(?: state| status)? ["']?(?:RECONCILING|PROVISIONING|being (?:created|updated|upgraded|repaired|deleted|reconciled))|cluster is currently being \w+`),
		},
	}
}

// accounts returns the messages about service accounts that do not exist or that
// the caller cannot attach.
func accounts() []pattern {
	return []pattern{
		{
			name: "act-as", class: ActAsDenied, words: []string{"does not have access to service account", "serviceaccountuser", "serviceaccountactor", "service_account_access_denied"},
			re:       compilePattern(`(?i)The user does not have access to (?:the )?service account ["'\[]?(?P<account>[^\s"'\]]+@[^\s"'\]]+)?["'\]]?\.?(?:\s+User: ["']?(?P<user>` + emailRE + `))?|SERVICE_ACCOUNT_ACCESS_DENIED|grant you the (?:roles/)?iam\.serviceAccount(?:User|Actor) role`),
			classify: classifyActAs,
		},
		{
			name: "act-as-permission", class: ActAsDenied, words: []string{"serviceaccounts.actas", "act as service account", "act as the service account", "impersonate the runtime"},
			re:       compilePattern(`(?i)(?:permission|required|missing|lacks?|have|denied)[^.]{0,30}["'` + "`" + `\[]?iam\.serviceAccounts\.actAs["'` + "`" + `\]]?(?:[^@.]{0,80}?["'` + "`" + `\s/](?P<account>[^\s"'/()]+@[^\s"',;()]+))?|(?:not authorized|not allowed|does not have (?:the )?permission|no permission|cannot|unable) to act as (?:the )?service account ["'\[]?(?P<account>[^\s"'\]]+@[^\s"'\]]+)?`),
			classify: classifyActAs,
		},
		{
			name: "agent-edit-permissions", class: ServiceAgentMissingRole, words: []string{"edit permissions on account", "edit permission on account"},
			re:       compilePattern(`(?i)missing edit permissions? on account(?: ["']?(?P<account>` + emailRE + `))?`),
			classify: classifyEditPermissions,
		},
		{
			name: "propagation", class: IAMPropagation, words: []string{"after creation", "after creating", "propagat"},
			re:       compilePattern(`(?i)(?:reading|retrieving|getting) service account after (?:creation|creating)(?:.{0,60}?Permission ` + permRE + ` (?:is required to perform this operation on service account|denied on resource)\s*["']?(?P<resource>[\w{}<>.*-]*/.+?)?(?:\., |["']|$)|[^.]{0,60})|(?:service account|policy|IAM)[^.]{0,80} (?:has|have|had|did|may|might) not (?:yet )?(?:been |be |have )?(?:fully )?propagated?|(?:waiting|timed? ?out)[^.]{0,60} to propagate`),
			classify: classifyPropagation,
		},
		{
			name: "default-account-gone", class: ServiceAccountMissing, words: []string{"default service account", "default compute"},
			re:       compilePattern(`(?i)(?:compute engine |compute |GCE )?default (?:compute )?(?:engine )?service account (?:\S+@\S+ )?(?:does not exist|doesn't exist|was not found|not found|is disabled|has been (?:deleted|disabled)|is missing|could not be found|was deleted)|(?:does not have|has no|missing) (?:a |the )?default (?:compute )?service account`),
			classify: classifyDefaultAccount,
		},
		{
			name: "account-does-not-exist", class: ServiceAccountMissing, words: []string{"service account", "serviceaccount", "service_account"},
			re:       compilePattern(`(?i)service ?accounts?:? ["'\[` + "`" + `]?(?:projects/[^\s/]+/serviceAccounts/)?(?P<account>[^\s"'\]` + "`" + `]+)["'\]` + "`" + `]? (?:does not exist|doesn't exist|was not found|not found|could not be found|is disabled|has been (?:disabled|deleted)|was (?:disabled|deleted)|is deleted|is not found)|(?:unknown|invalid|no such|nonexistent|non-existent|deleted|disabled) service account:? ["'\[` + "`" + `]?(?:projects/[^\s/]+/serviceAccounts/)?(?P<account>[^\s"'\]` + "`" + `]+@[^\s"'\]` + "`" + `]+)|resource ["']?projects/[^\s/]+/serviceAccounts/(?P<account>[^\s"']+)["']? (?:of type ["']?\w+["']? )?(?:was )?not found|(?-i:GKE_SERVICE_ACCOUNT_DELETED)`),
			classify: classifyAccount,
		},
		{
			name: "account-not-found", class: ServiceAccountMissing, words: []string{"the service account does not exist", "not found: service account", "no service account", "unable to find service account", "could not find service account", "unknown service account"},
			re:       compilePattern(`(?i)["'](?P<account>[^\s"']+@[^\s"']+)["'][.:,] The service account does not exist|The service account does not exist|(?:Not found: |Unknown |(?:Unable to|Could not|Cannot) find |No )service ?account:?(?: (?:with email|named|id))?\.? ?["'\[]?(?P<account>[^\s"'\]]+@[^\s"'\]]+)?`),
			classify: classifyAccount,
		},
		{
			name: "gaia", class: ServiceAccountMissing, words: []string{"gaia"},
			re:       compilePattern(`(?i)Gaia id not found for email ["']?(?P<account>[^\s"',;]+)|GAIA email lookup`),
			classify: classifyAccount,
		},
		{
			name: "account-disabled", class: ServiceAccountMissing, words: []string{"disabled"},
			re:       compilePattern(`(?i)Account disabled: ["']?(?P<account>[^\s"',;]+)|service account (?:is|has been|was) disabled|SERVICE_ACCOUNT_DISABLED|account has been (?:deleted|disabled)`),
			classify: classifyAccount,
		},
	}
}

// kubernetes returns the messages of a cluster's own API server.
func kubernetes() []pattern {
	return []pattern{
		{
			name: "anonymous", class: Unauthorized, words: []string{"system:anonymous"},
			re:    compilePattern(`(?i)User "system:anonymous" cannot|system:anonymous[^.]{0,60}(?:forbidden|cannot)|forbidden: User "?system:anonymous`),
			cause: "The request reached the cluster without a valid token, so it is anonymous. No RBAC role is missing.",
		},
		{
			name: "gke-authorizer", class: CallerPermissionDenied, words: []string{"requires one of", "required \"container."},
			re:    compilePattern(`(?i)User "(?P<user>[^"]+)" cannot [^:]{0,300}: ?Required "(?P<permission>container\.[\w.]+)" permission|(?:User "(?P<user>[^"]+)" )?[^"]{0,60}(?:cannot [^.]{0,300})?requires one of \[["']?(?P<permission>container\.[\w.]+)["']?[^\]]*\] permission\(s\)`),
			cause: "Neither IAM nor RBAC in the cluster grants this to the caller. Either is enough.",
		},
		{
			name: "rbac", class: Other, rules: []string{}, words: []string{"forbidden", "rbac"},
			re:       compilePattern(`(?i)[\w."/-]+ (?:"[^"]*" )?is forbidden: User "(?P<user>[^"]+)" cannot \w+|User "(?P<user>[^"]+)" cannot (?:get|list|watch|create|update|patch|delete|deletecollection|impersonate|use|bind|escalate) (?:resource|path|\w+)|is forbidden: user "?[^"]*"? ?\(?[^)]*\)? is attempting to grant RBAC permissions`),
			classify: classifyRBAC,
			cause:    "Kubernetes RBAC in the cluster denies this; no IAM permission of Google Cloud is missing.",
		},
		{
			name: "admission", class: Other, rules: []string{}, words: []string{"is forbidden", "admission webhook", "denied the request", "podsecurity"},
			re:    compilePattern(`(?i)admission webhook "[^"]+" denied the request|is forbidden: violates PodSecurity|is forbidden: (?:unable to (?:create new content|validate)|error looking up service account|PodSecurityPolicy|autopilot|policy)|violates one or more constraints|is managed and access is denied|GKE Autopilot constraints`),
			cause: "An admission policy of the cluster rejects the object; no IAM permission of Google Cloud is missing.",
		},
		{
			name: "resource-quota", class: Quota, rules: []string{}, words: []string{"exceeded quota:", "forbidden: exceeded"},
			re:    compilePattern(`(?i)is forbidden: exceeded quota: (?:[\w.-]+)|exceeded quota: [\w.-]+, requested`),
			cause: "A ResourceQuota of the namespace in the cluster is exceeded.",
		},
		{
			name: "no-kubeconfig", class: Other, rules: []string{}, words: []string{"localhost:8080", "localhost/", "127.0.0.1:8080", "localhost\": dial"},
			re:    compilePattern(`(?i)(?:connection to the server |dial tcp |https?://)(?:localhost|127\.0\.0\.1|\[::1\]):8080|https?://localhost(?:/[^"]*)?": dial tcp`),
			cause: "The client has no cluster and tried localhost: its kubeconfig or provider block is empty, or refers to a cluster that is only known after apply.",
		},
		{
			name: "kubernetes-401", class: Unauthorized, words: []string{"asked for the client to provide credentials", "must be logged in to the server", "unauthorized"},
			re: compilePattern(`(?i)the server has asked for the client to provide credentials|You must be logged in to the server|Error from server \(Unauthorized\)|"reason": ?"Unauthorized"|reason: Unauthorized|^(?:\* )?(?:[\w ]{0,40})?Error: (?:[^:]{0,80}: )?Unauthorized\b|(?:^|[: ])Unauthorized(?:$|[\s,.])(?:with |on |\(get |$)|ApiException: ?\(?401\)?|Response code: ?401|HTTP(?: response)?(?: status)?(?: code)?:? 401|"message": ?"Unauthorized"|(?:^|[: ])401 Unauthorized|Kubernetes cluster unreachable: Unauthorized|: Unauthorized$`),
		},
	}
}
