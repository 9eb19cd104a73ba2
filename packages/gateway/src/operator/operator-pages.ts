import { Text, Type } from 'banyan'
import { type Input, KEY_LENGTH_MAX } from 'banyan/contract'
import type { PlatformAdmin, SagaDetail, ServiceAdmin } from 'banyan/host'
import { BanyanError } from 'banyan/kernel'
import type { ParkedFilter } from 'banyan/store'
import { type JoinedPage, joinedPage, type Place } from './joined-page.ts'
import type { OperatorContract } from './operator-contract.ts'
import { withShownTimes } from './shown-times.ts'

type Operations = OperatorContract['operations']

/** Rows of one answer where the caller does not say how many. */
export const ROWS_DEFAULT = 100

const Key = Text.raw({ max: KEY_LENGTH_MAX })
const SagaPlace = Type.Tuple([Key])
/** A position, and the names of a consumer and its source. */
const ParkedPlace = Type.Tuple([Text.id({ max: 15, pattern: '^[0-9]{1,15}$' }), Key, Key])

/** A page of the sagas of all services, or of one: by service, then by id. */
export async function sagaPage(
  admin: PlatformAdmin,
  { service, limit = ROWS_DEFAULT, after, ...filter }: Input<Operations['sagas']>,
): Promise<JoinedPage<object>> {
  const services = servicesOf(admin, service)
  const { items, nextCursor } = await joinedPage({
    services: services.map((each) => each.service),
    after,
    limit,
    read: (name, place, rowsMax) =>
      serviceOf(admin, name).sagas({ ...filter, ...(place?.[0] === undefined ? {} : { after: place[0] }), limit: rowsMax }),
    placeOf: ({ id }) => [id],
    place: SagaPlace,
    async named(id) {
      const found = await Promise.all(services.map(async (each) => ((await each.saga(id)) ? [each.service] : [])))
      return found.flat()
    },
  })
  return { items: items.map(({ service: of, ...saga }) => ({ service: of, ...sagaRow(saga) })), nextCursor }
}

/** A page of the parked events of all services, or of one: by service, oldest position first. */
export async function parkedPage(
  admin: PlatformAdmin,
  { service, limit = ROWS_DEFAULT, after, ...filter }: Input<Operations['parked']>,
): Promise<JoinedPage<object>> {
  const { items, nextCursor } = await joinedPage({
    services: servicesOf(admin, service).map((each) => each.service),
    after,
    limit,
    read: (name, place, rowsMax) => serviceOf(admin, name).parked({ ...filter, ...parkedAfter(place), limit: rowsMax }),
    placeOf: ({ position, consumer, source }) => [String(position), consumer, source],
    place: ParkedPlace,
  })
  return { items: items.map(withShownTimes), nextCursor }
}

function parkedAfter(place: Place | undefined): Pick<ParkedFilter, 'after'> {
  if (place === undefined) return {}
  const [position = '', consumer = '', source = ''] = place
  return { after: { position: Number(position), consumer, source } }
}

/** The administration of one service; throws `not_found` with the names there are. */
export function serviceOf(admin: PlatformAdmin, name: string): ServiceAdmin {
  const found = admin.services.find(({ service }) => service === name)
  if (!found)
    throw new BanyanError(
      'not_found',
      `no service "${name}" runs here; there are ${admin.services.map(({ service }) => service).join(', ')}`,
    )
  return found
}

/** The administration of one service, or of all. */
export function servicesOf(admin: PlatformAdmin, service: string | undefined): readonly ServiceAdmin[] {
  return service === undefined ? admin.services : [serviceOf(admin, service)]
}

/** Shows what the journal holds as JSON text as what it means, and moments in ISO 8601. */
export function sagaRow({ input, output, failure, ...rest }: SagaDetail['saga']): object {
  return { ...withShownTimes(rest), input: parsed(input), output: parsed(output), failure: parsed(failure) }
}

/** The same for a step. */
export function stepRow({ output, error, ...rest }: SagaDetail['steps'][number]): object {
  const last = parsed(error)
  return { ...withShownTimes(rest), output: parsed(output), error: typeof last === 'object' && last !== null ? withShownTimes(last) : last }
}

/** Reads JSON text; what is none stays text. */
export function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
