// SPDX-FileCopyrightText: 2026 hardening.aws contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Judges requests: reads {"policies": [...], "requests": [{"policies": [index, ...], "principal", "action", "resource",
// "account", "context"}, ...]} from standard input and writes a list with a verdict for each request, such as "Allowed",
// "ExplicitlyDenied" or "ImplicitlyDenied". What the evaluator takes for no valid request ends it with status 1.

import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const { policies, requests } = JSON.parse(readFileSync(0, 'utf8'))
const verdicts = []
for (const request of requests) {
  const answer = await runSimulation(
    {
      request: {
        principal: request.principal,
        action: request.action,
        resource: { resource: request.resource, accountId: request.account },
        contextVariables: request.context
      },
      identityPolicies: request.policies.map((index) => ({ name: `policy${index}`, policy: policies[index] })),
      serviceControlPolicies: [],
      resourceControlPolicies: []
    },
    {}
  )
  if (answer.resultType === 'error') {
    console.error(JSON.stringify({ request, errors: answer.errors }))
    process.exit(1)
  }
  verdicts.push(answer.overallResult)
}
console.log(JSON.stringify(verdicts))
