import { service } from 'banyan'
import { definition } from './define.ts'
import { list } from './operations/list.ts'
import { recordInteraction } from './operations/record-interaction.ts'
import { oldInteractions } from './store/behaviour-records.ts'
import { forgetBuyer, forgetUser } from './subscriptions/forget-user.ts'
import { learnFromOrder } from './subscriptions/learn-from-order.ts'
import { followArchivedProduct, followChangedProduct, followNewProduct } from './subscriptions/follow-products.ts'

/** Recommendations: what is bought together, what is popular, what is new. */
export const recommendationsService = service(definition, {
  operations: [list, recordInteraction],
  retention: { rules: [oldInteractions] },
  on: [learnFromOrder, followNewProduct, followChangedProduct, followArchivedProduct, forgetUser, forgetBuyer],
})
