/** Tables of recommendations. Users appear as hashes only. */
export const migrations = [
  {
    id: '001-recommendations',
    sql: `
      CREATE TABLE offered (
        sku TEXT PRIMARY KEY,
        product_id TEXT NOT NULL,
        slug TEXT NOT NULL,
        title TEXT NOT NULL,
        category TEXT NOT NULL,
        status TEXT NOT NULL,
        position INTEGER NOT NULL,
        created_at BIGINT NOT NULL
      );
      CREATE INDEX offered_product ON offered (product_id);
      CREATE INDEX offered_created_at ON offered (status, created_at);
      CREATE TABLE purchase (
        order_id TEXT NOT NULL,
        sku TEXT NOT NULL,
        user_hash TEXT NOT NULL,
        bought_at BIGINT NOT NULL,
        PRIMARY KEY (order_id, sku)
      );
      CREATE INDEX purchase_user ON purchase (user_hash, bought_at);
      CREATE TABLE co_occurrence (
        sku_a TEXT NOT NULL,
        sku_b TEXT NOT NULL,
        orders INTEGER NOT NULL,
        PRIMARY KEY (sku_a, sku_b)
      );
      CREATE TABLE popularity (
        sku TEXT PRIMARY KEY,
        orders INTEGER NOT NULL,
        heat DOUBLE PRECISION NOT NULL
      );
      CREATE INDEX popularity_heat ON popularity (heat);
      CREATE TABLE interaction (
        user_hash TEXT NOT NULL,
        sku TEXT NOT NULL,
        kind TEXT NOT NULL,
        day INTEGER NOT NULL,
        PRIMARY KEY (user_hash, sku, kind, day)
      );
      CREATE INDEX interaction_day ON interaction (day)`,
  },
  {
    // The copy of a sku's heat stands beside its status, so that one index has what is on sale in the order in which it sells. The release before
    // writes it not: the next purchase brings it in line.
    id: '002-bounded-candidates',
    sql: `
      CREATE INDEX co_occurrence_strongest ON co_occurrence (sku_a, orders DESC, sku_b);
      ALTER TABLE offered ADD COLUMN heat DOUBLE PRECISION;
      UPDATE offered SET heat = (SELECT p.heat FROM popularity p WHERE p.sku = offered.sku);
      CREATE INDEX offered_heat ON offered (status, heat DESC, sku) WHERE heat IS NOT NULL;
      CREATE INDEX offered_newest ON offered (status, created_at, product_id) WHERE position = 0`,
  },
]
