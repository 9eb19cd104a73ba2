// Given to Node with --import, it makes of the shop one whose toolkit lacks the newest of its migrations, as the release before did. Where the
// newest brings what this release's statements cannot do without, this stands for no release any more: then only release-after.ts tells.
import assert from 'node:assert/strict'
import type { Migration } from 'banyan/store'
import { toolkitMigrations } from 'banyan/store/sql'

assert.ok((toolkitMigrations as Migration[]).pop(), 'the toolkit has migrations')
