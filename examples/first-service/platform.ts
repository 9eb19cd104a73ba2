import { gateway } from '@banyan/gateway'
import { contract, define, query, service, Text, Type } from 'banyan'
import { platform } from 'banyan/host'

const greetings = contract('greetings', {
  operations: {
    greet: query('GET /api/greetings/:name', {
      input: Type.Object({ name: Text.name({ min: 2, max: 80 }) }),
      output: Type.Object({ text: Type.String() }),
      access: 'public',
    }),
  },
})
const { operation, definition } = define(greetings)
const greet = operation('greet', async ({ name }) => ({ text: `Hello ${name}` }))

export default platform({ services: [service(definition, { operations: [greet] })], gateway: gateway() })
