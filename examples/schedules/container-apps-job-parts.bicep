param environmentId string
param image string
param location string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'backupscan'
  location: location
}

resource job 'Microsoft.App/jobs@2024-03-01' = {
  name: 'backupscan'
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    environmentId: environmentId
    configuration: {
      triggerType: 'Schedule'
      scheduleTriggerConfig: {
        cronExpression: '17 5 * * *'
        parallelism: 1
        replicaCompletionCount: 1
      }
      replicaTimeout: 7200
      replicaRetryLimit: 0
    }
    template: {
      containers: [
        {
          name: 'scan'
          image: image
          args: ['scan', '-f', 'jsonl=-']
          env: [{ name: 'AZURE_CLIENT_ID', value: identity.properties.clientId }]
          resources: { cpu: json('0.5'), memory: '1Gi' }
        }
      ]
    }
  }
}

output principalId string = identity.properties.principalId
