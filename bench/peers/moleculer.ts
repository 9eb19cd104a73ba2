// Moleculer: one local call without validation; input and output go by reference.
import { ServiceBroker } from 'moleculer'
import { CALL_INPUT, CALL_OUTPUT, microsPerCall } from '../call-load.ts'

const broker = new ServiceBroker({ logger: false })
broker.createService({ name: 'stock', actions: { reserve: async () => CALL_OUTPUT } })
await broker.start()
console.log(JSON.stringify({ micros: await microsPerCall(() => broker.call('stock.reserve', CALL_INPUT)) }))
await broker.stop()
