import { operation } from '../define.ts'
import { ACCESS_TOKEN_SECONDS } from '../contract.ts'
import { publicKeyDocument } from '../security/signing-key.ts'

/** Publishes the keys whose tokens may still be good. */
export const jwks = operation('jwks', async (_input, { read, now }) => {
  const retiredAfter = now() - ACCESS_TOKEN_SECONDS * 1_000
  const keys = await read((tx) => tx.keys.usable(retiredAfter))
  return { keys: keys.map(publicKeyDocument) }
})
