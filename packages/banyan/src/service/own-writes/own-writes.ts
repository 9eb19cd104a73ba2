import { asUnknownWrite, type AwaitedWrite, isUnknownWrite } from '../../call/awaited-writes.ts'
import type { Scope } from '../../call/scope.ts'
import { WaitingPlaces } from '../../call/waiting-places.ts'
import type { Principal } from '../../contract/access.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { ReadModel } from '../reaction/read-model.ts'
import { lookOnce, notSeen, type Pending, WaitingRoom } from './waiting-room.ts'

/** Lets whoever queries a service see what was written before, wherever that was. */
export interface OwnWrites {
  /**
   * Resolves when `model` has the writes that the scope names; at once where it reads nothing of them. Rejects with `invalid_argument` for what is no
   * token of its log, `deadline_exceeded` that names the lag, `overloaded` when too many wait, `cancelled` when nobody waits for the answer any more.
   */
  see(model: ReadModel, scope: Scope): Promise<void>
}

/** Callers of one service of whom no address is known share the places of one. */
const NO_ADDRESS = ''

/** Prepares what the queries of one service see of earlier writes. */
export function createOwnWrites(clock: Clock): OwnWrites {
  const room = new WaitingRoom(clock)
  const places = new WaitingPlaces()
  return {
    async see(model, { after, principal, origin = NO_ADDRESS, deadline, abandoned = never }) {
      const read = (after?.writes ?? []).filter(({ service }) => model.sources.includes(service))
      const all: Pending[] = []
      for (const write of read) all.push(...(await located(pendingOf(model, write), principal)))
      const pending = await notSeen(all, lookOnce())
      if (pending.length === 0) return
      const leave = after?.enter ? after.enter() : places.enter(origin)
      try {
        await room.wait(pending, { deadline, abandoned })
      } finally {
        leave()
      }
    },
  }
}

/**
 * Asks for the position of a write. What is no token is told to whoever sent it; a service in between, which did not make it up, is not told: there is no
 * write to wait for.
 */
async function located(pending: Pending, { kind }: Principal): Promise<readonly Pending[]> {
  try {
    return [{ ...pending, position: await pending.locate() }]
  } catch (thrown) {
    const error = asUnknownWrite(thrown)
    if (isUnknownWrite(error) && kind === 'service') return []
    throw error
  }
}

/** Only projections that are made of the service's events can lack the write. */
function pendingOf(model: ReadModel, { service, token }: AwaitedWrite): Pending {
  return { model, source: service, locate: () => model.positionOf(service, token), position: undefined }
}

function never(): boolean {
  return false
}
