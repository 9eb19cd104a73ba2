export { countedRecords, fillCounted } from './counted-rows.testsuite.ts'
export { testSqlStatements } from './sql-statements.testsuite.ts'
