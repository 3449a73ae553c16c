// A nightly job of Azure Container Apps with an identity that has Reader on this subscription.
targetScope = 'subscription'

@description('Resource group of the job; it must be there.')
param groupName string

@description('Id of the Container Apps environment.')
param environmentId string

@description('Image of the scanner, made from the Dockerfile beside this file.')
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
