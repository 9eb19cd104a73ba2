// The executable map of the shop: which services there are, what stands in front of them, and what must always hold.
import { platform } from 'banyan/host'
import { invariants } from '@shop/auditor'
import { catalogService } from '@shop/catalog'
import { shopGateway } from '@shop/gateway'
import { inventoryService } from '@shop/inventory'
import { ordersService } from '@shop/orders'
import { paymentsService } from '@shop/payments'
import { recommendationsService } from '@shop/recommendations'
import { shippingService } from '@shop/shipping'
import { usersService } from '@shop/users'
import { checkSettings } from './settings/check-settings.ts'
import { SHOP_SETTINGS } from './settings/shop-settings.ts'

export default platform({
  services: [usersService, catalogService, inventoryService, ordersService, paymentsService, shippingService, recommendationsService],
  gateway: shopGateway,
  invariants,
  settings: { known: SHOP_SETTINGS, check: checkSettings },
})
