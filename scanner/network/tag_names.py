"""The names of service tags, as documents list them.

A name that is not listed may be of any service, Storage too, so a prefix with it cannot be read.
"""

from __future__ import annotations

_NAMES = """
ActionGroup ApiManagement AppConfiguration AppService AppServiceManagement
ApplicationInsightsAvailability AutonomousDevelopmentPlatform AzureActiveDirectory
AzureActiveDirectoryDomainServices AzureAdvancedThreatProtection AzureArcInfrastructure
AzureAttestation AzureBackup AzureBotService AzureCloud AzureCognitiveSearch AzureConnectors
AzureContainerAppsService AzureContainerRegistry AzureCosmosDB AzureDatabricks
AzureDataExplorerManagement AzureDataLake AzureDevOps AzureDevSpaces AzureDeviceUpdate
AzureDigitalTwins AzureEventGrid AzureFrontDoor AzureHealthcareAPIs AzureInformationProtection
AzureIoTHub AzureKeyVault AzureLoadBalancer AzureLoadTestingInstanceManagement
AzureMachineLearning AzureMachineLearningInference AzureManagedGrafana AzureMonitor
AzureOpenDatasets AzurePlatformDNS AzurePlatformIMDS AzurePlatformLKM AzureResourceManager
AzureSecurityCenter AzureSentinel AzureSignalR AzureSiteRecovery AzureSphere AzureSpringCloud
AzureStack AzureTrafficManager AzureUpdateDelivery AzureWebPubSub BatchNodeManagement ChaosStudio
CognitiveServicesFrontend CognitiveServicesManagement DataFactory DataFactoryManagement
Dynamics365BusinessCentral Dynamics365ForMarketingEmail EOPExternalPublishedIPs EventHub
GatewayManager GuestAndHybridManagement HDInsight Internet KustoAnalytics LogicApps
LogicAppsManagement M365ManagementActivityApi M365ManagementActivityApiWebhook Marketplace
MicrosoftAzureFluidRelay MicrosoftCloudAppSecurity MicrosoftContainerRegistry
MicrosoftDefenderForEndpoint MicrosoftPurviewPolicyDistribution OneDsCollector PowerBI
PowerPlatformInfra PowerPlatformPlex PowerQueryOnline Scuba SerialConsole ServiceBus ServiceFabric
Sql SqlManagement Storage StorageMover StorageSyncService VideoIndexer VirtualNetwork
WindowsAdminCenter WindowsVirtualDesktop
"""
_SPELT = {name.lower(): name for name in _NAMES.split()}
TAGS = frozenset(_SPELT)
"""Names in lower case, without region ("Virtual network service tags")."""


def spelt(name: str) -> str:
    """The name of a tag with its service in the spelling of the documents."""
    service, dot, region = name.partition(".")
    return f"{_SPELT.get(service.lower(), service)}{dot}{region}"
