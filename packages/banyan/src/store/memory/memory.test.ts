import { testDocuments } from '../documents/suite/documents.testsuite.ts'
import { testStore } from '../suite/store.testsuite.ts'
import { memoryHarness } from './memory-harness.testsuite.ts'

testStore(memoryHarness)
testDocuments(memoryHarness)
