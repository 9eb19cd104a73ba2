import { operation } from '../define.ts'
import { KEY_PUBLISHED_MS } from '../security/key-schedule.ts'
import { publicKeyDocument } from '../security/signing-key.ts'

/** Publishes the keys whose tokens may still be good, and the one that signs next. */
export const jwks = operation('jwks', async (_input, { read, now }) => {
  const keys = await read((tx) => tx.keys.usable(now() - KEY_PUBLISHED_MS))
  return { keys: keys.map(publicKeyDocument) }
})
