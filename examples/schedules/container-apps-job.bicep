// A nightly job in Azure Container Apps. Its identity has the Reader role on this subscription.
targetScope = 'subscription'

@description('Existing resource group for the job.')
param groupName string

@description('Id of the Container Apps environment.')
param environmentId string

@description('Image of the scanner, built from the Dockerfile in this folder.')
param image string

param location string = deployment().location

var reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'

module job 'container-apps-job-parts.bicep' = {
  name: 'backupscan'
  scope: resourceGroup(groupName)
  params: {
    environmentId: environmentId
    image: image
    location: location
  }
}

resource read 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, groupName, reader)
  properties: {
    principalId: job.outputs.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', reader)
  }
}
