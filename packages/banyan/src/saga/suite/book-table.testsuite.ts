/** The one table of a test's service: local steps write into it, one row for each time that they took effect. */
export const BOOK_TABLE = { id: '001-book', sql: 'CREATE TABLE book (entry TEXT NOT NULL)' }
