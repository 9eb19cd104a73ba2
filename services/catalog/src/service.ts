import { service } from 'banyan'
import { definition } from './define.ts'
import { archive } from './operations/archive.ts'
import { categories } from './operations/categories.ts'
import { create } from './operations/create.ts'
import { get } from './operations/get.ts'
import { list } from './operations/list.ts'
import { quote } from './operations/quote.ts'
import { update } from './operations/update.ts'
import { prepare } from './prepare.ts'

/** Catalog: products, their variants and prices. */
export const catalogService = service(definition, { operations: [list, get, create, update, archive, categories, quote], prepare })
