import type { UsersContext, UsersTransaction } from '../define.ts'
import { tokenHash } from '../security/secret-token.ts'
import { originKey } from './origin-key.ts'

/** How long a device is known after it was last seen. */
const DEVICE_MS = 180 * 24 * 60 * 60_000

/** A device, and when it was seen. */
export interface SeenDevice {
  readonly userId: string
  readonly deviceToken: string
  /** Epoch milliseconds. */
  readonly seenAt: number
}

/** Makes a device known, and the address of the request with it: failures of strangers do not lock them out. */
export async function rememberDevice(
  tx: Pick<UsersTransaction, 'devices'>,
  context: UsersContext,
  { userId, deviceToken, seenAt }: SeenDevice,
): Promise<void> {
  const record = { tokenHash: tokenHash(deviceToken), userId, originKey: originKey(context), seenAt, expiresAt: seenAt + DEVICE_MS }
  await tx.devices.remember(record)
}

/** Returns the token if it is one of a device of this user, so that the device keeps it. */
export async function knownToken(
  tx: { readonly devices: Pick<UsersTransaction['devices'], 'isKnown'> },
  { now }: Pick<UsersContext, 'now'>,
  userId: string,
  deviceToken: string | undefined,
): Promise<string | undefined> {
  if (deviceToken === undefined) return undefined
  return (await tx.devices.isKnown(userId, tokenHash(deviceToken), now())) ? deviceToken : undefined
}
