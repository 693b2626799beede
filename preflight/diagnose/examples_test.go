package diagnose

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An example is a message as a tool prints it, and its diagnosis.
type example struct {
	pattern    string // the name of the pattern that matches
	text       string
	class      Class
	permission string
	resource   string
	project    string
	kind       string // of the principal
	member     string
}

// examples returns messages of Google, Terraform, gcloud, kubectl, helm and client
// libraries. The names in them are made up.
func examples() []example {
	return []example{
		// A caller lacks a permission of GKE.
		{"required-for", `googleapi: Error 403: Required "container.clusters.create" permission(s) for "projects/acme-prod". See https://cloud.google.com/kubernetes-engine/docs/troubleshooting#gke_service_account_deleted for more info., forbidden`,
			CallerPermissionDenied, "container.clusters.create", "projects/acme-prod", "acme-prod", "", ""},
		{"required-for", "Error: googleapi: Error 403: Required \"container.clusters.create\" permission(s) for \"projects/acme-prod/locations/us-central1/clusters/dev\".\nDetails:\n[\n  {\n    \"@type\": \"type.googleapis.com/google.rpc.RequestInfo\",\n    \"requestId\": \"0x1\"\n  },\n  {\n    \"@type\": \"type.googleapis.com/google.rpc.ErrorInfo\",\n    \"domain\": \"container.googleapis.com\",\n    \"reason\": \"IAM_PERMISSION_DENIED\"\n  }\n]\n, forbidden",
			CallerPermissionDenied, "container.clusters.create", "projects/acme-prod/locations/us-central1/clusters/dev", "acme-prod", "", ""},
		{"required-for", `ERROR: (gcloud.container.clusters.get-credentials) ResponseError: code=403, message=Required "container.clusters.get" permission(s) for "projects/acme-prod/zones/us-east1-b/clusters/dev". This command is authenticated as ci@acme-ops.iam.gserviceaccount.com which is the active account specified by the [core/account] property.`,
			CallerPermissionDenied, "container.clusters.get", "projects/acme-prod/zones/us-east1-b/clusters/dev", "acme-prod", "deployer", "serviceAccount:ci@acme-ops.iam.gserviceaccount.com"},
		{"required-for", `google.api_core.exceptions.PermissionDenied: 403 Required "container.clusters.list" permission(s) for "projects/acme-prod". [request_id: "0x1"]`,
			CallerPermissionDenied, "container.clusters.list", "projects/acme-prod", "acme-prod", "", ""},
		{"required-for", `Error: 7 PERMISSION_DENIED: Required "container.clusters.list" permission(s) for "projects/acme-prod".`,
			CallerPermissionDenied, "container.clusters.list", "projects/acme-prod", "acme-prod", "", ""},
		{"required-for", `com.google.api.gax.rpc.PermissionDeniedException: io.grpc.StatusRuntimeException: PERMISSION_DENIED: Required "container.operations.get" permission(s) for "projects/acme-prod/locations/us-east1/operations/operation-1-2".`,
			CallerPermissionDenied, "container.operations.get", "projects/acme-prod/locations/us-east1/operations/operation-1-2", "acme-prod", "", ""},
		{"required-for", `{"error":{"code":403,"message":"Required \"container.clusters.update\" permission(s) for \"projects/acme-prod/locations/us-east1/clusters/dev\".","status":"PERMISSION_DENIED"}}`,
			CallerPermissionDenied, "container.clusters.update", "projects/acme-prod/locations/us-east1/clusters/dev", "acme-prod", "", ""},
		{"required-for", `Error: Error reading instance group manager returned as an instance group URL: googleapi: Error 403: Required 'compute.instanceGroupManagers.get' permission for 'projects/acme-prod/zones/us-east1-b/instanceGroupManagers/gke-dev-pool-1-grp', forbidden`,
			CallerPermissionDenied, "compute.instanceGroupManagers.get", "projects/acme-prod/zones/us-east1-b/instanceGroupManagers/gke-dev-pool-1-grp", "acme-prod", "", ""},
		{"required-for", `Error: Error creating Network: googleapi: Error 403: Required 'compute.networks.create' permission for 'projects/acme-prod/global/networks/vpc', forbidden`,
			CallerPermissionDenied, "compute.networks.create", "projects/acme-prod/global/networks/vpc", "acme-prod", "", ""},
		{"gke-authorizer", `Error from server (Forbidden): pods is forbidden: User "dev@example.com" cannot list resource "pods" in API group "" in the namespace "default": requires one of ["container.pods.list"] permission(s).`,
			CallerPermissionDenied, "container.pods.list", "", "", "deployer", "user:dev@example.com"},
		{"gke-authorizer", `Error from server (Forbidden): clusterrolebindings.rbac.authorization.k8s.io is forbidden: User "dev@example.com" cannot create resource "clusterrolebindings" in API group "rbac.authorization.k8s.io" at the cluster scope: Required "container.clusterRoleBindings.create" permission.`,
			CallerPermissionDenied, "container.clusterRoleBindings.create", "", "", "deployer", "user:dev@example.com"},
		{"gcloud-user", `ERROR: (gcloud.projects.get-iam-policy) User [dev@example.com] does not have permission to access projects instance [acme-prod:getIamPolicy] (or it may not exist): The caller does not have permission`,
			CallerPermissionDenied, "resourcemanager.projects.getIamPolicy", "", "acme-prod", "deployer", "user:dev@example.com"},
		{"gcloud-user", `ERROR: (gcloud.services.enable) [dev@example.com] does not have permission to access projects instance [acme-prod] (or it may not exist): Permission denied to enable service [container.googleapis.com]`,
			CallerPermissionDenied, "serviceusage.services.enable", "", "acme-prod", "deployer", "user:dev@example.com"},
		{"permission-denied-on", `Error: Error creating service account: googleapi: Error 403: Permission 'iam.serviceAccounts.create' denied on resource (or it may not exist).`,
			CallerPermissionDenied, "iam.serviceAccounts.create", "", "", "", ""},
		{"permission-denied-on", "Failed to pull image \"us-docker.pkg.dev/acme-prod/apps/web:1\": rpc error: code = PermissionDenied desc = failed to pull and unpack image: denied: Permission \"artifactregistry.repositories.downloadArtifacts\" denied on resource \"projects/acme-prod/locations/us/repositories/apps\" (or it may not exist)",
			CallerPermissionDenied, "artifactregistry.repositories.downloadArtifacts", "projects/acme-prod/locations/us/repositories/apps", "acme-prod", "", ""},
		{"permission-is-required", `Error: googleapi: Error 403: Permission iam.serviceAccounts.setIamPolicy is required to perform this operation on service account projects/acme-prod/serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com., forbidden`,
			CallerPermissionDenied, "iam.serviceAccounts.setIamPolicy", "projects/acme-prod/serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com", "acme-prod", "", ""},
		{"permission-denied-on", `Error: googleapi: Error 403: ci@acme-ops.iam.gserviceaccount.com does not have storage.objects.get access to the Google Cloud Storage object. Permission 'storage.objects.get' denied on resource (or it may not exist)., forbidden`,
			CallerPermissionDenied, "storage.objects.get", "", "", "deployer", "serviceAccount:ci@acme-ops.iam.gserviceaccount.com"},
		{"does-not-have-access", `Error: googleapi: Error 403: Access Denied: Project acme-prod: User does not have bigquery.jobs.create permission in project acme-prod., accessDenied`,
			CallerPermissionDenied, "bigquery.jobs.create", "", "acme-prod", "", ""},
		{"missing-permissions-list", `ERROR: (gcloud.container.clusters.create) Missing required permissions: container.clusters.create`,
			CallerPermissionDenied, "container.clusters.create", "", "", "", ""},
		{"error-info-permission", "rpc error: code = PermissionDenied desc = denied\nerror details: name = ErrorInfo reason = IAM_PERMISSION_DENIED domain = dns.googleapis.com metadata = map[permission:dns.managedZones.create resource:projects/acme-prod]",
			CallerPermissionDenied, "dns.managedZones.create", "projects/acme-prod", "acme-prod", "", ""},
		{"impersonation-denied", `Error: Error setting access_token: googleapi: Error 403: Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)., forbidden`,
			CallerPermissionDenied, "iam.serviceAccounts.getAccessToken", "", "", "", ""},
		{"impersonation-denied", `ERROR: (gcloud.container.clusters.list) PERMISSION_DENIED: Failed to impersonate [tf@acme-ops.iam.gserviceaccount.com]. Make sure the account that's trying to impersonate it has access to the service account itself and the "roles/iam.serviceAccountTokenCreator" role.`,
			CallerPermissionDenied, "iam.serviceAccounts.getAccessToken", "tf@acme-ops.iam.gserviceaccount.com", "acme-ops", "", ""},
		{"quota-project", `googleapi: Error 403: Caller does not have required permission to use project acme-bill. Grant the caller the roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission, by visiting https://console.developers.google.com/iam-admin/iam/project?project=acme-bill and then retry. Propagation of the new permission may take a few minutes., forbidden`,
			CallerPermissionDenied, "serviceusage.services.use", "", "acme-bill", "", ""},
		{"caller-has-no-permission", `Error: Error applying IAM policy for project "acme-prod": Error setting IAM policy for project "acme-prod": googleapi: Error 403: Policy update access denied., forbidden`,
			CallerPermissionDenied, "resourcemanager.projects.setIamPolicy", "projects/acme-prod", "acme-prod", "", ""},
		{"caller-has-no-permission", `Error: googleapi: Error 403: The caller does not have permission, forbidden`,
			CallerPermissionDenied, "", "", "", "", ""},
		{"google-403", `Error: googleapi: Error 403: Access denied by something new, forbidden`,
			CallerPermissionDenied, "", "", "", "", ""},
		{"audit-denied", `{"protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","status":{"code":7,"message":"refused"},"authenticationInfo":{"principalEmail":"ci@acme-ops.iam.gserviceaccount.com"},"serviceName":"container.googleapis.com","methodName":"google.container.v1.ClusterManager.CreateCluster","authorizationInfo":[{"resource":"projects/acme-prod/locations/us-east1/clusters/dev","permission":"container.clusters.create","resourceAttributes":{}}]}}`,
			CallerPermissionDenied, "container.clusters.create", "projects/acme-prod/locations/us-east1/clusters/dev", "acme-prod", "deployer", "serviceAccount:ci@acme-ops.iam.gserviceaccount.com"},

		// GKE's own accounts.
		{"required-for", `Error: googleapi: Error 403: Retry budget exhausted (5 attempts): Google Compute Engine: Required 'compute.regions.get' permission for 'projects/acme-prod/regions/europe-west3'., forbidden`,
			RetryBudgetExhausted, "compute.regions.get", "projects/acme-prod/regions/europe-west3", "acme-prod", "", ""},
		{"required-for", `Error: googleapi: Error 403: Retry budget exhausted: Google Compute Engine: Required permission 'compute.zones.get' for 'projects/acme-prod/zones/europe-west3-a'.`,
			RetryBudgetExhausted, "compute.zones.get", "projects/acme-prod/zones/europe-west3-a", "acme-prod", "", ""},
		{"required-for", `Error: Error waiting for creating GKE cluster: Google Compute Engine: Required 'compute.instanceGroupManagers.create' permission for 'projects/acme-prod'`,
			ServiceAgentMissingRole, "compute.instanceGroupManagers.create", "projects/acme-prod", "acme-prod", "", ""},
		{"required-for", `Error: Error waiting for creating GKE NodePool: Not all instances running in IGM after 20.5s. Expected 1, running 0, transitioning 1. Current errors: [PERMISSIONS_ERROR]: Instance 'gke-dev-1' creation failed: Required 'compute.disks.create' permission for 'projects/acme-prod/zones/us-east1-b/disks/gke-dev-1' (when acting as '1234567890@cloudservices.gserviceaccount.com')`,
			ServiceAgentMissingRole, "compute.disks.create", "projects/acme-prod/zones/us-east1-b/disks/gke-dev-1", "acme-prod", "google-apis-service-agent", "serviceAccount:1234567890@cloudservices.gserviceaccount.com"},
		{"agent-edit-permissions", `ERROR: (gcloud.container.clusters.create) ResponseError: code=403, message=Missing edit permissions on account.`,
			ServiceAgentMissingRole, "", "", "", "", ""},
		{"agent-edit-permissions", `ERROR: Missing edit permissions on account 123456@cloudservices.gserviceaccount.com`,
			ServiceAgentMissingRole, "", "", "123456", "google-apis-service-agent", "serviceAccount:123456@cloudservices.gserviceaccount.com"},
		{"agent-lacks", `googleapi: Error 403: Kubernetes Engine Service Agent does not have permission cloudkms.cryptoKeyVersions.useToEncrypt on key projects/acme-keys/locations/us-east1/keyRings/gke/cryptoKeys/etcd`,
			KMSPermission, "cloudkms.cryptoKeyVersions.useToEncrypt", "", "acme-keys", "gke-service-agent", ""},
		{"account-does-not-exist", `Instance 'gke-1' creation failed: The resource 'projects/acme-prod/serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com' of type 'serviceAccount' was not found.`,
			ServiceAccountMissing, "", "nodes@acme-prod.iam.gserviceaccount.com", "acme-prod", "node-service-account", "serviceAccount:nodes@acme-prod.iam.gserviceaccount.com"},
		{"caller-has-no-permission", `Error: Error retrieving IAM policy for folder "folders/42": googleapi: Error 403: The caller does not have permission, forbidden`,
			CallerPermissionDenied, "resourcemanager.folders.getIamPolicy", "folders/42", "", "", ""},
		{"google-403", `Error: Error enabling service: googleapi: Error 403: Permission denied to enable service [container.googleapis.com]`,
			CallerPermissionDenied, "serviceusage.services.enable", "", "", "", ""},
		{"agent-missing-permissions", `googleapi: Error 403: Kubernetes Engine Service Agent is missing required permissions on this project. See https://cloud.google.com/kubernetes-engine/docs/troubleshooting#gke_service_account_deleted for more info: required "compute.networks.get" permission(s) for "projects/acme-prod"., forbidden`,
			ServiceAgentMissingRole, "compute.networks.get", "projects/acme-prod", "acme-prod", "gke-service-agent", ""},
		{"agent-missing-permissions", `The Kubernetes Engine service account is missing required permissions  on this project. See https://cloud.google.com/kubernetes-engine/docs/troubleshooting#gke_service_account_deleted for more info: required "container.hostServiceAgent.use" permission(s) for "projects/acme-net".`,
			SharedVPCPermission, "container.hostServiceAgent.use", "projects/acme-net", "acme-net", "gke-service-agent", ""},
		{"agent-lacks", `Error: the service account service-123456@container-engine-robot.iam.gserviceaccount.com does not have the required role roles/container.serviceAgent`,
			ServiceAgentMissingRole, "", "", "", "gke-service-agent", "serviceAccount:service-123456@container-engine-robot.iam.gserviceaccount.com"},
		{"host-permission", `Error: googleapi: Error 403: needs 'container.hostServiceAgent.use' on 'projects/acme-net', forbidden`,
			SharedVPCPermission, "container.hostServiceAgent.use", "projects/acme-net", "acme-net", "gke-service-agent", ""},
		{"required-for", `Error: googleapi: Error 403: Google Compute Engine: Required 'compute.subnetworks.use' permission for 'projects/acme-host/regions/us-east1/subnetworks/gke'., forbidden`,
			SharedVPCPermission, "compute.subnetworks.use", "projects/acme-host/regions/us-east1/subnetworks/gke", "acme-host", "", ""},

		// Accounts.
		{"act-as", `googleapi: Error 400: The user does not have access to service account "nodes@acme-prod.iam.gserviceaccount.com". Ask a project owner to grant you the iam.serviceAccountUser role on the service account., badRequest`,
			ActAsDenied, actAs, "nodes@acme-prod.iam.gserviceaccount.com", "acme-prod", "", ""},
		{"act-as", `The user does not have access to service account '123456-compute@developer.gserviceaccount.com'. User: 'ci@acme-ops.iam.gserviceaccount.com'. Ask a project owner to grant you the iam.serviceAccountUser role on the service account`,
			ActAsDenied, actAs, "123456-compute@developer.gserviceaccount.com", "acme-ops", "deployer", "serviceAccount:ci@acme-ops.iam.gserviceaccount.com"},
		{"act-as-permission", `Error: googleapi: Error 403: Permission 'iam.serviceaccounts.actAs' denied on service account nodes@acme-prod.iam.gserviceaccount.com (or it may not exist)., forbidden`,
			ActAsDenied, actAs, "nodes@acme-prod.iam.gserviceaccount.com", "acme-prod", "", ""},
		{"act-as-permission", `Error: googleapi: Error 403: User not authorized to act as service account 'nodes@acme-prod.iam.gserviceaccount.com'. See https://cloud.google.com/iam for details., forbidden`,
			ActAsDenied, actAs, "nodes@acme-prod.iam.gserviceaccount.com", "acme-prod", "", ""},
		{"account-does-not-exist", `Error: googleapi: Error 400: Service account "nodes@acme-prod.iam.gserviceaccount.com" does not exist., badRequest`,
			ServiceAccountMissing, "", "nodes@acme-prod.iam.gserviceaccount.com", "acme-prod", "node-service-account", "serviceAccount:nodes@acme-prod.iam.gserviceaccount.com"},
		{"account-does-not-exist", `Error: Error setting IAM policy for project "acme-prod": googleapi: Error 400: Service account service-123456@container-engine-robot.iam.gserviceaccount.com does not exist., badRequest`,
			ServiceAccountMissing, "", "service-123456@container-engine-robot.iam.gserviceaccount.com", "123456", "gke-service-agent", "serviceAccount:service-123456@container-engine-robot.iam.gserviceaccount.com"},
		{"account-does-not-exist", `ERROR: (gcloud.iam.service-accounts.describe) NOT_FOUND: Unknown service account nodes@acme-prod.iam.gserviceaccount.com`,
			ServiceAccountMissing, "", "nodes@acme-prod.iam.gserviceaccount.com", "acme-prod", "node-service-account", "serviceAccount:nodes@acme-prod.iam.gserviceaccount.com"},
		{"account-not-found", `googleapi: Error 400: Invalid value for field 'resource.serviceAccounts[0].email': 'nodes@acme-prod.iam.gserviceaccount.com'. The service account does not exist., invalid`,
			ServiceAccountMissing, "", "nodes@acme-prod.iam.gserviceaccount.com", "acme-prod", "node-service-account", "serviceAccount:nodes@acme-prod.iam.gserviceaccount.com"},
		{"account-not-found", `Error: googleapi: Error 404: Not found: Service account nodes, notFound`, ServiceAccountMissing, "", "", "", "", ""},
		{"gaia", `Error: googleapi: Error 404: Generic::not_found: Not found; Gaia id not found for email 123456-compute@developer.gserviceaccount.com., notFound`,
			ServiceAccountMissing, "", "123456-compute@developer.gserviceaccount.com", "123456", "compute-default-service-account", "serviceAccount:123456-compute@developer.gserviceaccount.com"},
		{"default-account-gone", `Error: googleapi: Error 400: The Compute Engine default service account was not found., badRequest`, ServiceAccountMissing, "", "", "", "compute-default-service-account", ""},
		{"account-disabled", `ERROR: Account disabled: 1052`, ServiceAccountMissing, "", "", "", "", ""},
		{"propagation", `Error: Error reading service account after creation: googleapi: Error 403: Permission iam.serviceAccounts.get is required to perform this operation on service account projects/acme-prod/serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com., forbidden`,
			IAMPropagation, "iam.serviceAccounts.get", "projects/acme-prod/serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com", "acme-prod", "", ""},

		// APIs and projects.
		{"api-not-used", `googleapi: Error 403: Kubernetes Engine API has not been used in project 123456 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/container.googleapis.com/overview?project=123456 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry., accessNotConfigured`,
			APIDisabled, "", "", "123456", "", ""},
		{"api-not-enabled", `ERROR: (gcloud.container.clusters.list) ResponseError: code=403, message=Kubernetes Engine API is not enabled for this project. Please ensure it is enabled in Google Cloud Console and try again: visit https://console.cloud.google.com/apis/api/container.googleapis.com/overview?project=acme-prod to do so.`,
			APIDisabled, "", "", "acme-prod", "", ""},
		{"api-not-enabled", `API [container.googleapis.com] not enabled on project [acme-prod]. Would you like to enable and retry (this will take a few minutes)? (y/N)?`,
			APIDisabled, "", "", "acme-prod", "", ""},
		{"consumer-should-enable", `Error: googleapi: Error 400: Failed precondition when calling the ServiceConsumerManager: tenantmanager::185014: Consumer 123456 should enable service:container.googleapis.com before generating a service account., failedPrecondition`,
			APIDisabled, "", "", "123456", "", ""},
		{"api-reason", `{"error": {"code": 403, "errors": [{"domain": "usageLimits", "reason": "accessNotConfigured"}], "status": "PERMISSION_DENIED"}}`,
			APIDisabled, "", "", "", "", ""},
		{"api-depended-on", `googleapi: Error 400: The service compute.googleapis.com is depended on by the following active service(s): container.googleapis.com; Please specify disable_dependent_services=true if you want to proceed with disabling all services.`,
			InvalidArgument, "", "", "", "", ""},
		{"consumer-invalid", `Error: googleapi: Error 403: Permission denied on resource project acme-prd., forbidden`, NotFound, "", "", "acme-prd", "", ""},
		{"billing", `Error: googleapi: Error 403: This API method requires billing to be enabled. Please enable billing on project #123456 by visiting https://console.developers.google.com/billing/enable?project=123456 then retry., forbidden`,
			Other, "", "", "123456", "", ""},

		// Keys.
		{"permission-denied-on", `Error: googleapi: Error 403: Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource 'projects/acme-keys/locations/us-east1/keyRings/gke/cryptoKeys/etcd' (or it may not exist).`,
			KMSPermission, "cloudkms.cryptoKeyVersions.useToEncrypt", "projects/acme-keys/locations/us-east1/keyRings/gke/cryptoKeys/etcd", "acme-keys", "", ""},
		{"kms-wrapper", `Not all instances running in IGM after 20s. Current errors: [KMS_ERROR]: Instance 'gke-1' creation failed: Cloud KMS error when using key projects/acme-keys/locations/us-east1/keyRings/gke/cryptoKeys/disks: Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource 'projects/acme-keys/locations/us-east1/keyRings/gke/cryptoKeys/disks' (or it may not exist).`,
			KMSPermission, "cloudkms.cryptoKeyVersions.useToEncrypt", "projects/acme-keys/locations/us-east1/keyRings/gke/cryptoKeys/disks", "acme-keys", "compute-service-agent", ""},
		{"kms-state", `Error: googleapi: Error 400: projects/acme-keys/locations/us-east1/keyRings/gke/cryptoKeys/etcd is not enabled, current state is: DISABLED., failedPrecondition`,
			Other, "", "projects/acme-keys/locations/us-east1/keyRings/gke/cryptoKeys/etcd", "acme-keys", "", ""},

		// Clusters that are busy.
		{"requires-recreation", `ERROR: (gcloud.container.clusters.update) ResponseError: code=400, message=Node pool "default-pool" requires recreation.`,
			NodePoolRequiresRecreation, "", "default-pool", "", "", ""},
		{"incompatible-operation", `Error: googleapi: Error 400: Cluster is running incompatible operation operation-1719375744461-b9db7d98., failedPrecondition`,
			IncompatibleOperation, "", "operation-1719375744461-b9db7d98", "", "", ""},
		{"operation-running", `Error: googleapi: Error 400: Operation operation-1533161831323-f1562d07 is currently upgrading cluster dev. Please wait and try again once it is done., failedPrecondition`,
			IncompatibleOperation, "", "operation-1533161831323-f1562d07", "", "", ""},
		{"cluster-busy", `Error: googleapi: Error 400: Cluster "dev" is currently being upgraded., failedPrecondition`, IncompatibleOperation, "", "", "", "", ""},

		// Who is not logged in.
		{"auth-plugin-missing", `Unable to connect to the server: getting credentials: exec: executable gke-gcloud-auth-plugin not found`, AuthPluginMissing, "", "", "", "", ""},
		{"auth-plugin-missing", `CRITICAL: ACTION REQUIRED: gke-gcloud-auth-plugin, which is needed for continued use of kubectl, was not found or is not executable. Install gke-gcloud-auth-plugin for use with kubectl by following https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl#install_plugin`, AuthPluginMissing, "", "", "", "", ""},
		{"auth-plugin-missing", `Error: Kubernetes cluster unreachable: Get "https://203.0.113.1/version": getting credentials: exec: fork/exec /usr/lib/gke-gcloud-auth-plugin: no such file or directory`, AuthPluginMissing, "", "", "", "", ""},
		{"auth-plugin-missing", `E1008 18:03:02.562420 1 memcache.go:265] couldn't get current server API group list: Get "https://203.0.113.1/api": getting credentials: exec: "gke-gcloud-auth-plugin": executable file not found in $PATH`, AuthPluginMissing, "", "", "", "", ""},
		{"auth-provider-gcp", `error: The gcp auth plugin has been removed.`, AuthPluginMissing, "", "", "", "", ""},
		{"exec-version", `error: exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"`, AuthPluginMissing, "", "", "", "", ""},
		{"gcloud-helper-missing", `Unable to connect to the server: error executing access token command "/usr/lib/google-cloud-sdk/bin/gcloud config config-helper --format=json": err=fork/exec /usr/lib/google-cloud-sdk/bin/gcloud: no such file or directory output= stderr=`, AuthPluginMissing, "", "", "", "", ""},
		{"plugin-failed", `Unable to connect to the server: getting credentials: exec: executable gke-gcloud-auth-plugin failed with exit code 1`, ProviderCredentials, "", "", "", "", ""},
		{"scopes", `googleapi: Error 403: Request had insufficient authentication scopes.`, ProviderCredentials, "", "", "", "", ""},
		{"no-default-credentials", `Error: Attempted to load application default credentials since neither ` + "`credentials` nor `access_token`" + ` was set in the provider block.  No credentials loaded. To use your gcloud credentials, run 'gcloud auth application-default login'`, ProviderCredentials, "", "", "", "", ""},
		{"no-default-credentials", `google.auth.exceptions.DefaultCredentialsError: Your default credentials were not found. To set up Application Default Credentials, see https://cloud.google.com/docs/authentication/external/set-up-adc for more information.`, ProviderCredentials, "", "", "", "", ""},
		{"no-default-credentials", `Error: Could not load the default credentials. Browse to https://cloud.google.com/docs/authentication/getting-started for more information.`, ProviderCredentials, "", "", "", "", ""},
		{"grant-refused", `Error: Post "https://container.googleapis.com/v1/projects/acme-prod": oauth2: "invalid_grant" "Bad Request"`, ProviderCredentials, "", "", "acme-prod", "", ""},
		{"no-active-account", `ERROR: (gcloud.container.clusters.list) You do not currently have an active account selected.`, ProviderCredentials, "", "", "", "", ""},
		{"no-metadata-token", `Error: Get "https://container.googleapis.com/v1/x": metadata: GCE metadata "instance/service-accounts/default/token?scopes=x" not defined`, ProviderCredentials, "", "", "", "", ""},
		{"kubernetes-401", `error: You must be logged in to the server (Unauthorized)`, Unauthorized, "", "", "", "", ""},
		{"kubernetes-401", `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}`, Unauthorized, "", "", "", "", ""},
		{"kubernetes-401", "╷\n│ Error: Unauthorized\n│ \n│   with kubernetes_namespace.apps,\n│   on main.tf line 3\n╵", Unauthorized, "", "", "", "", ""},
		{"anonymous", `Error: namespaces is forbidden: User "system:anonymous" cannot create resource "namespaces" in API group "" at the cluster scope`, Unauthorized, "", "", "", "", ""},
		{"google-401", `googleapi: Error 401: Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential., authError`, Unauthorized, "", "", "", "", ""},
		{"kubernetes-401", `Error: failed to list: Unauthorized request`, Unauthorized, "", "", "", "", ""},

		// What is not there.
		{"not-found", `googleapi: Error 404: Not found: projects/acme-prod/locations/us-east1/clusters/dev., notFound`, NotFound, "", "projects/acme-prod/locations/us-east1/clusters/dev", "acme-prod", "", ""},
		{"not-found", `Error: googleapi: Error 404: The resource 'projects/acme-prod/global/networks/vpc' was not found, notFound`, NotFound, "", "projects/acme-prod/global/networks/vpc", "acme-prod", "", ""},
		{"no-cluster", `No cluster named 'dev' in acme-prod.`, NotFound, "", "dev", "acme-prod", "", ""},
		{"subnetwork-absent", `Error: googleapi: Error 404: Not found: project "acme-prod" does not have a subnetwork named "gke" in region "us-east1"., notFound`, NotFound, "", "gke", "acme-prod", "", ""},
		{"google-404", `Error: googleapi: Error 404: Requested entity was not found., notFound`, NotFound, "", "", "", "", ""},

		// What looks alike and is no matter of permissions.
		{"range-taken", `Error: Error waiting for creating GKE cluster: Retry budget exhausted (10 attempts): Services range "10.1.0.0/20" in network "vpc", subnetwork "gke" is already used by another cluster.`, InvalidArgument, "", "", "", "", ""},
		{"range-taken", `Error: Error waiting for creating GKE cluster: Retry budget exhausted (10 attempts): Google Compute Engine: Invalid IP CIDR range: 10.0.0.0/28 conflicts with existing subnet 'a'.`, InvalidArgument, "", "", "", "", ""},
		{"range-taken", `Error: Error waiting for creating GKE cluster: Invalid resource usage: "Master's subnet 172.16.0.0/28 overlaps with 172.16.0.0/24".`, InvalidArgument, "", "", "", "", ""},
		{"range-taken", `Error: Error waiting for creating GKE NodePool: [IP_SPACE_EXHAUSTED]: Instance 'gke-1' creation failed: IP space of 'projects/acme-prod/regions/us-east1/subnetworks/gke' is exhausted.`, InvalidArgument, "", "", "acme-prod", "", ""},
		{"shared-vpc-unattached", `googleapi: Error 400: Project "acme-svc" does not have an associated Shared-VPC host project., badRequest`, InvalidArgument, "", "", "acme-svc", "", ""},
		{"version", `Error: googleapi: Error 400: Master version "1.14.10-gke.27" is unsupported., badRequest`, InvalidArgument, "", "", "", "", ""},
		{"deletion-protection", `Error: Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed with cluster deletion.`, InvalidArgument, "", "", "", "", ""},
		{"terraform-configuration", "Error: Unsupported argument\n\n  on main.tf line 4, in resource \"google_container_cluster\" \"main\":\n   4:   foo = 1", InvalidArgument, "", "", "", "", ""},
		{"member-unknown", `googleapi: Error 400: The member serviceaccount:a@acme-prod.iam.gserviceaccount.com is of an unknown type. Please set a valid type prefix for the member., badRequest`, InvalidArgument, "", "", "", "", ""},
		{"script-url", `googleapi: Error 400: Clusters cannot be created while "script-url" is specified in project metadata., badRequest`, InvalidArgument, "", "", "", "", ""},
		{"google-400", `Error: googleapi: Error 400: Max pods constraint on node pool must be at least 8., badRequest`, InvalidArgument, "", "", "", "", ""},
		{"already-exists", `Error: googleapi: Error 409: Already exists: projects/acme-prod/locations/us-east1/clusters/dev., alreadyExists`, Other, "", "", "acme-prod", "", ""},
		{"nodes-not-registered", `Error: Error waiting for creating GKE NodePool: All cluster resources were brought up, but: only 0 nodes out of 1 have registered; cluster may be unhealthy.`, Other, "", "", "", "", ""},
		{"org-policy", "Error: googleapi: Error 400: Failed precondition: Constraint `constraints/gcp.restrictNonCmekServices` violated for `projects/acme-prod` attempting to create a resource without specifying a KMS CryptoKey.", Other, "", "", "acme-prod", "", ""},
		{"org-policy", `Error: Error waiting for creating GKE cluster: Not all instances running in IGM after 20s. Current errors: [CONDITION_NOT_MET]: Instance 'gke-1' creation failed: Constraint constraints/compute.vmExternalIpAccess violated for project 123456. Add instance to the constraint to use external IP.`, Other, "", "", "", "", ""},
		{"perimeter", `googleapi: Error 403: Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: abc., forbidden`, Other, "", "", "", "", ""},
		{"location-policy", `ERROR: (gcloud.container.clusters.create) ResponseError: code=403, message=Permission denied on 'locations/{location}' (or it may not exist).`, Other, "", "locations/{location}", "", "", ""},
		{"no-kubeconfig", `The connection to the server localhost:8080 was refused - did you specify the right host or port?`, Other, "", "", "", "", ""},
		{"no-kubeconfig", `Error: Get "http://localhost/api/v1/namespaces/apps": dial tcp [::1]:80: connect: connection refused`, Other, "", "", "", "", ""},
		{"quota", `ERROR: (gcloud.container.clusters.create) ResponseError: code=403, message=You cannot create more than 3 clusters in zone us-central1. To create more than 3, you must request an increase of your Google Compute Engine quota for region us-central1 to 25 CPUS or more.`, Quota, "", "", "", "", ""},
		{"location-policy", `googleapi: Error 403: Permission denied on 'locations/us-east1-a' (or it may not exist)., forbidden`, Other, "", "locations/us-east1-a", "", "", ""},
		{"stock-out", `Error: Error waiting for creating GKE cluster: Try a different location, or try again later: Google Compute Engine does not have enough resources available to fulfill request: europe-west2-b.`, Other, "", "europe-west2-b", "", "", ""},
		{"stock-out", `Instance 'gke-1' creation failed: The zone 'projects/acme-prod/zones/us-east1-b' does not have enough resources available to fulfill the request. '(resource type:compute)'. [ZONE_RESOURCE_POOL_EXHAUSTED]`, Other, "", "", "acme-prod", "", ""},
		{"quota", `googleapi: Error 403: Insufficient regional quota to satisfy request: resource "CPUS": request requires '24.0' and is short '4.0'. project has a quota of '24.0' with '20.0' available., forbidden`, Quota, "", "", "", "", ""},
		{"quota", `googleapi: Error 403: Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service 'container.googleapis.com' for consumer 'project_number:123456'., rateLimitExceeded`, Quota, "", "", "", "", ""},
		{"google-429", `googleapi: Error 429: Slow down., tooMany`, Quota, "", "", "", "", ""},
		{"resource-quota", `Error from server (Forbidden): pods "web" is forbidden: exceeded quota: team, requested: cpu=1, used: cpu=4, limited: cpu=4`, Quota, "", "", "", "", ""},
		{"identity-pool", `Error: googleapi: Error 400: Identity Pool does not exist (acme-prod.svc.id.goog). Please check that you specified a valid resource name., badRequest`, Other, "", "acme-prod.svc.id.goog", "acme-prod", "", ""},
		{"concurrent-policy", `googleapi: Error 409: There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff., aborted`, Other, "", "", "", "", ""},
		{"rbac", `Error from server (Forbidden): deployments.apps is forbidden: User "system:serviceaccount:ci:bot" cannot create resource "deployments" in API group "apps" in the namespace "web"`, Other, "", "", "", "", ""},
		{"admission", `Error from server (Forbidden): admission webhook "policy.example.com" denied the request: no latest tags`, Other, "", "", "", "", ""},
		{"kubernetes-not-found", `Error from server (NotFound): namespaces "web" not found`, Other, "", "", "", "", ""},
		{"aws", `Error: creating EKS Cluster (dev): operation error EKS: CreateCluster, https response error StatusCode: 403, RequestID: 1, api error AccessDeniedException: User: arn:aws:iam::123456789012:user/ci is not authorized to perform: eks:CreateCluster`, Other, "", "", "", "", ""},
		{"azure", `Error: creating Managed Cluster: unexpected status 403 with error: AuthorizationFailed: The client 'x' does not have authorization to perform action 'Microsoft.ContainerService/managedClusters/write' over scope '/subscriptions/1'`, Other, "", "", "", "", ""},
		{"operating-system", `Error: open /etc/kubeconfig: permission denied`, Other, "", "", "", "", ""},
		{"google-409-429-5xx", `Error: googleapi: Error 503: The service is currently unavailable., backendError`, Other, "", "", "", "", ""},
		{"retry-budget", `Error: Error waiting for creating GKE cluster: Retry budget exhausted (10 attempts): something new`, RetryBudgetExhausted, "", "", "", "", ""},
		{"unknown", `Error: something that nobody has seen yet`, Other, "", "", "", "", ""},
	}
}

func TestExamples(t *testing.T) {
	for _, want := range examples() {
		t.Run(want.pattern, func(t *testing.T) {
			found := findings(want.text)
			if len(found) != 1 {
				t.Fatalf("%d errors, want 1 in:\n%s\n%+v", len(found), want.text, found)
			}
			if diff := cmp.Diff(want, exampleOf(found[0], want.text), cmp.AllowUnexported(example{})); diff != "" {
				t.Errorf("%s\n(-want +got):\n%s", want.text, diff)
			}
		})
	}
}

// exampleOf returns the finding of a text as an example.
func exampleOf(f *finding, text string) example {
	e := example{pattern: f.pattern.name, text: text, class: f.Class, permission: f.Permission, resource: f.Resource, project: f.Project}
	if f.Principal != nil {
		e.kind, e.member = f.Principal.Kind, f.Principal.Member
	}
	return e
}

// findings returns the findings of a text.
func findings(text string) []*finding {
	c := &collection{seen: map[string]bool{}}
	s := newSplitter(c.examine)
	if err := eachLine(strings.NewReader(text), s.add); err != nil {
		panic(err)
	}
	s.flush()
	return c.found
}

// TestEveryPatternHasAnExample also shows that names of patterns are unique.
func TestEveryPatternHasAnExample(t *testing.T) {
	hasExample := map[string]bool{}
	for _, e := range examples() {
		hasExample[e.pattern] = true
	}
	names := map[string]bool{}
	for _, p := range table() {
		if names[p.name] {
			t.Errorf("two patterns have the name %s", p.name)
		}
		names[p.name] = true
		if !hasExample[p.name] && p.class != none {
			t.Errorf("pattern %s has no example", p.name)
		}
	}
}
