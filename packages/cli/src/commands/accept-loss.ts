import { userInfo } from 'node:os'
import { acceptLoss, LossRefused } from 'banyan/host'
import { BanyanError, createRuntime } from 'banyan/kernel'
import type { CommandCall } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { loadPlatformFor } from '../load-platform.ts'
import { openStores } from '../open-stores.ts'
import { runningPlatform } from '../operator.ts'
import { readSettings } from '../settings.ts'
import { table } from '../table.ts'

/** `banyan events accept-loss`: sets whoever read the lost events back, so that an older copy of a service's data can be gone on with. */
export async function acceptLostEvents(call: CommandCall): Promise<number> {
  const { service = '', reason = '' } = call.options
  const position = positionOf(call)
  if (await runningPlatform(call)) throw new LossRefused('the platform runs on these data; stop it first')
  const settings = readSettings(call.environment, call.directory)
  const loading = loadPlatformFor(call)
  const [platform, stores] = await Promise.all([loading, openStores(settings, { platform: loading })])
  const by = { actor: `operator ${userInfo().username}`, reason }
  const setBack = await acceptLoss(platform, {
    runtime: createRuntime(),
    stores,
    environment: call.environment,
    service,
    by,
    ...(position === undefined ? {} : { position }),
  })
  call.print(
    call.json
      ? JSON.stringify(setBack)
      : `${table(
          setBack.map((row) => ({ ...row })),
          '',
        )}\n\nSet back. Start the platform again.`,
  )
  return EXIT.ok
}

function positionOf({ options: { position: text } }: CommandCall): number | undefined {
  if (text === undefined) return undefined
  const position = Number(text)
  if (text !== '' && Number.isSafeInteger(position) && position >= 0) return position
  throw new BanyanError('invalid_argument', `--position is "${text}"; it must be a whole number from 0`)
}
