import type { World } from '@banyan/testing'
import { BanyanError, type Service } from 'banyan'
import type { SagaControl, SagaStep } from 'banyan'
import { hash } from 'node:crypto'

/** Of a hundred steps, and of a hundred compensations, so many fail for good until a person has settled them. */
const SHARE_OF_100 = 15

type Step = SagaStep<object, unknown>

/** Lets some steps and compensations of a service's sagas fail for good, chosen by the run's seed: whatever is tried, only a skip helps. */
export function sabotaged<S extends Service>(service: S, world: World): S {
  const salt = String(world.random.next())
  const isChosen = (what: string): boolean => Number.parseInt(hash('sha256', `${salt} ${what}`).slice(0, 8), 16) % 100 < SHARE_OF_100
  const sagas = service.parts.sagas.map((saga) => ({
    ...saga,
    run: (control: SagaControl<object>, input: never) =>
      (saga.run as (control: SagaControl<object>, input: never) => Promise<unknown>)(sabotagedControl(control, isChosen), input),
  }))
  return { ...service, parts: { ...service.parts, sagas } }
}

function sabotagedControl(control: SagaControl<object>, isChosen: (what: string) => boolean): SagaControl<object> {
  const { id } = control
  return {
    ...control,
    step: (name, step) => {
      const { compensation } = step as Step
      const spoilt: Step = {
        ...(step as Step),
        ...(isChosen(`do ${id} ${name}`) ? { action: refuse } : {}),
        ...(compensation && isChosen(`undo ${id} ${name}`) ? { compensation: refuse } : {}),
      }
      return control.step(name, spoilt as typeof step)
    },
  }
}

async function refuse(): Promise<never> {
  throw new BanyanError('failed_precondition', 'sabotage: only a person can settle this')
}
