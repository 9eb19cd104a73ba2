import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { misuse } from 'banyan/kernel'

/** The page that shows the API's reference, and the policy under which a browser runs it. */
export interface DocsPage {
  readonly html: string
  /** Content-Security-Policy: only the page's own script and style, known by their hashes, and requests to this origin. */
  readonly policy: string
}

/** Reads the page; it is one file without anything from elsewhere. */
export function readDocsPage(): DocsPage {
  const html = readFileSync(new URL('docs.html', import.meta.url), 'utf8')
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(html, 'script')}'`,
    `style-src '${hashOf(html, 'style')}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ]
  return { html, policy: policy.join('; ') }
}

function hashOf(html: string, element: 'script' | 'style'): string {
  const content = html.split(`<${element}>`)[1]?.split(`</${element}>`)[0]
  if (content === undefined) return misuse(`docs.html has no <${element}>`)
  return `sha256-${createHash('sha256').update(content).digest('base64')}`
}
