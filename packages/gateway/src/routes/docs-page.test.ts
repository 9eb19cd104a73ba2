import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { Script } from 'node:vm'
import { readDocsPage } from './docs-page.ts'

const { html, policy } = readDocsPage()
const inner = (element: string): string[] =>
  Array.from(html.matchAll(new RegExp(`<${element}[^>]*>([\\s\\S]*?)</${element}>`, 'g')), (match) => match[1] as string)

test('loads nothing from elsewhere and runs nothing but its own script', () => {
  assert.doesNotMatch(html, /https?:\/\//)
  assert.doesNotMatch(html, /\s(?:on\w+|style)\s*=\s*"/, 'no inline handlers or styles: the policy would block them')
  assert.doesNotMatch(html, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/)
  for (const [element, directive] of [
    ['script', 'script-src'],
    ['style', 'style-src'],
  ] as const) {
    const [content, ...more] = inner(element)
    assert.equal(more.length, 0)
    assert.ok(
      policy.includes(
        `${directive} 'sha256-${createHash('sha256')
          .update(content as string)
          .digest('base64')}'`,
      ),
    )
  }
  assert.doesNotMatch(policy, /unsafe/)
  assert.match(policy, /^default-src 'none'/)
})

test('has a script that parses', () => {
  assert.ok(new Script(inner('script')[0] as string))
})

test('names its language, labels its fields and follows light and dark', () => {
  assert.match(html, /<html lang="en">/)
  assert.match(html, /color-scheme: light dark/)
  const fields = html.split('<script>')[0]?.match(/<(?:input|textarea|select)\b/g) ?? []
  const labels = html.split('<script>')[0]?.match(/<label\b/g) ?? []
  assert.equal(fields.length, labels.length)
})
