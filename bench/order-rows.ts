const ADDRESS = JSON.stringify({ recipient: 'Load', line1: 'Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' })

/** Bare tables of what the shop keeps of a confirmed order, without what takes it there: events, sagas, answers, read models. */
export const ORDER_TABLES = `
CREATE TABLE placed (id text PRIMARY KEY, user_id text NOT NULL, status text NOT NULL, total bigint NOT NULL, placed_at bigint NOT NULL);
CREATE INDEX placed_user ON placed (user_id, id);
CREATE TABLE line (order_id text NOT NULL, number integer NOT NULL, sku text NOT NULL, quantity bigint NOT NULL, unit bigint NOT NULL, PRIMARY KEY (order_id, number));
CREATE TABLE pii (order_id text PRIMARY KEY, address text NOT NULL, token text NOT NULL);
CREATE TABLE movement (order_id text NOT NULL, kind text NOT NULL, sku text NOT NULL, delta bigint NOT NULL, PRIMARY KEY (order_id, kind, sku));
CREATE TABLE payment (order_id text PRIMARY KEY, status text NOT NULL, amount bigint NOT NULL, provider_ref text NOT NULL);
CREATE TABLE ledger (tx_id text NOT NULL, account text NOT NULL, debit bigint NOT NULL, credit bigint NOT NULL, PRIMARY KEY (tx_id, account));
CREATE TABLE shipment (order_id text PRIMARY KEY, status text NOT NULL, address text NOT NULL);`

/** A row, or two, that an order leaves. Its name is for statements that are prepared once. */
export interface OrderRow {
  readonly name: string
  readonly text: string
  readonly values: readonly (string | number)[]
}

/** Returns what is inserted for the order of this number. */
export function orderRows(number: number, sku: string): readonly OrderRow[] {
  const id = `${String(number).padStart(12, '0')}-0000-7000`
  return [
    { name: 'order', text: `INSERT INTO placed VALUES ($1, 'user-1', 'confirmed', 1490, $2)`, values: [id, number] },
    { name: 'line', text: 'INSERT INTO line VALUES ($1, 1, $2, 1, 1000)', values: [id, sku] },
    { name: 'pii', text: `INSERT INTO pii VALUES ($1, $2, 'tok_ok')`, values: [id, ADDRESS] },
    { name: 'payment', text: `INSERT INTO payment VALUES ($1, 'captured', 1490, 'ch_1')`, values: [id] },
    { name: 'ledger', text: `INSERT INTO ledger VALUES ($1, 'provider', 1490, 0), ($1, 'sales', 0, 1490)`, values: [id] },
    { name: 'shipment', text: `INSERT INTO shipment VALUES ($1, 'pending', $2)`, values: [id, ADDRESS] },
    { name: 'movement', text: `INSERT INTO movement VALUES ($1, 'reserve', $2, -1)`, values: [id, sku] },
  ]
}
