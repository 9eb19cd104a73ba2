// Writes docs/stores.md from what the adapters declare: `npm run stores-page`. A test compares the page with them.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { storesPage } from './stores-page/page.ts'

writeFileSync(path.resolve(import.meta.dirname, '../docs/stores.md'), storesPage())
