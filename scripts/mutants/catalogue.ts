import type { Mutant } from './mutant.ts'
import { ACCOUNT_MUTANTS } from './planted/account-mutants.ts'
import { BOUND_MUTANTS } from './planted/bound-mutants.ts'
import { CALL_MUTANTS } from './planted/call-mutants.ts'
import { COST_MUTANTS } from './planted/cost-mutants.ts'
import { DOCUMENT_MUTANTS } from './planted/document-mutants.ts'
import { EVENT_MUTANTS } from './planted/event-mutants.ts'
import { GUIDE_MUTANTS } from './planted/guide-mutants.ts'
import { MEMORY_MUTANTS } from './planted/memory-mutants.ts'
import { OPERATOR_MUTANTS } from './planted/operator-mutants.ts'
import { POSTGRES_MUTANTS } from './planted/postgres-mutants.ts'
import { SAGA_MUTANTS } from './planted/saga-mutants.ts'
import { GATEWAY_MUTANTS } from './planted/gateway-mutants.ts'
import { SHOP_MUTANTS } from './planted/shop-mutants.ts'
import { START_MUTANTS } from './planted/start-mutants.ts'
import { STORE_MUTANTS } from './planted/store-mutants.ts'
import { WIRE_MUTANTS } from './planted/wire-mutants.ts'

/** All mistakes that some test must notice, most of them made by others before. */
export const CATALOGUE: readonly Mutant[] = [
  ...START_MUTANTS,
  ...STORE_MUTANTS,
  ...EVENT_MUTANTS,
  ...MEMORY_MUTANTS,
  ...SAGA_MUTANTS,
  ...CALL_MUTANTS,
  ...WIRE_MUTANTS,
  ...GATEWAY_MUTANTS,
  ...SHOP_MUTANTS,
  ...ACCOUNT_MUTANTS,
  ...OPERATOR_MUTANTS,
  ...BOUND_MUTANTS,
  ...COST_MUTANTS,
  ...DOCUMENT_MUTANTS,
  ...GUIDE_MUTANTS,
  ...POSTGRES_MUTANTS,
]
