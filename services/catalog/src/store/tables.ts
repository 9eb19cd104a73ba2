const WORDS_OF_PRODUCTS = `
  ALTER TABLE product ADD COLUMN has_words INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX product_without_words ON product (id) WHERE has_words = 0;`

/**
 * Tables of catalog. Prices are appended: a change closes the row in force and adds one.
 * `product_price` holds each product's lowest price, so that lists can be sorted and filtered by an index. `product_word` holds the words a
 * product is found by, in the order of their bytes on both databases; `search_text` holds the same words as one text.
 */
export const migrations = [
  {
    id: '001-products',
    sql: `
      CREATE TABLE category (
        id TEXT PRIMARY KEY,
        parent_id TEXT,
        slug TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        position INTEGER NOT NULL
      );
      CREATE TABLE product (
        id TEXT PRIMARY KEY,
        slug TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        description TEXT NOT NULL,
        status TEXT NOT NULL,
        brand TEXT,
        attributes TEXT NOT NULL,
        media TEXT NOT NULL,
        tax_class TEXT NOT NULL,
        search_text TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        version INTEGER NOT NULL
      );
      CREATE INDEX product_title ON product (status, title, id);
      CREATE TABLE product_category (
        product_id TEXT NOT NULL,
        category_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (product_id, category_id)
      );
      CREATE INDEX product_category_category ON product_category (category_id);
      CREATE TABLE variant (
        sku TEXT PRIMARY KEY,
        product_id TEXT NOT NULL,
        title TEXT NOT NULL,
        options TEXT NOT NULL,
        weight_grams INTEGER NOT NULL,
        requires_shipping INTEGER NOT NULL,
        status TEXT NOT NULL,
        position INTEGER NOT NULL
      );
      CREATE INDEX variant_product ON variant (product_id);
      CREATE TABLE price (
        id TEXT PRIMARY KEY,
        sku TEXT NOT NULL,
        currency TEXT NOT NULL,
        amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
        compare_at_minor BIGINT,
        customer_group TEXT NOT NULL,
        min_quantity INTEGER NOT NULL,
        valid_from BIGINT NOT NULL,
        valid_to BIGINT
      );
      CREATE UNIQUE INDEX price_in_force ON price (sku, currency, customer_group, min_quantity) WHERE valid_to IS NULL;
      CREATE TABLE product_price (
        product_id TEXT NOT NULL,
        currency TEXT NOT NULL,
        amount_minor BIGINT NOT NULL,
        PRIMARY KEY (product_id, currency)
      );
      CREATE INDEX product_price_amount ON product_price (currency, amount_minor, product_id);
      CREATE TABLE seed (
        name TEXT PRIMARY KEY,
        seeded_at BIGINT NOT NULL
      )`,
  },
  { id: '002-newest-products', sql: 'CREATE INDEX product_newest ON product (status, id)' },
  {
    id: '003-words',
    sql: {
      sqlite: `
        CREATE TABLE product_word (word TEXT NOT NULL, product_id TEXT NOT NULL, PRIMARY KEY (word, product_id)) WITHOUT ROWID;
        ${WORDS_OF_PRODUCTS}`,
      postgres: `
        CREATE TABLE product_word (word TEXT COLLATE "C" NOT NULL, product_id TEXT NOT NULL, PRIMARY KEY (word, product_id));
        ${WORDS_OF_PRODUCTS}`,
    },
  },
]
