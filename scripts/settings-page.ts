// Writes docs/settings.md from the tables of settings: `npm run settings-page`. A test compares the page with them.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { settingsPage } from './settings-page/page.ts'

writeFileSync(path.resolve(import.meta.dirname, '../docs/settings.md'), settingsPage())
