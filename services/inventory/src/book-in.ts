import type { InventoryTransaction } from './define.ts'

/** A product with variants that may be new to inventory. */
export interface NewVariants {
  readonly productId: string
  readonly variants: readonly { readonly sku: string; readonly initialStock: number }[]
}

/** Creates stock items for variants that are new here, with their first units; known ones stay as they are. */
export async function bookIn(tx: InventoryTransaction, { productId, variants }: NewVariants, at: number): Promise<void> {
  for (const { sku, initialStock } of variants) {
    if (!(await tx.stock.add(sku, initialStock, at)) || initialStock === 0) continue
    tx.movements.append([
      {
        id: `${productId}:receipt:${sku}`,
        kind: 'receipt',
        sku,
        deltaOnHand: initialStock,
        deltaReserved: 0,
        refType: 'product',
        refId: productId,
        reason: 'initial stock',
        actor: 'system',
        at,
      },
    ])
  }
}
