import { Script, createContext } from 'node:vm'

/** An element of a page that is only text: what the script of the API's reference makes and a person would read. */
export interface TextElement {
  /** E.g. `input`. */
  readonly kind: string
  readonly children: (TextElement | string)[]
  readonly dataset: Record<string, string>
  readonly listeners: Map<string, (event: object) => unknown>
  value: string
  textContent: string
  open: boolean
  id: string
  hidden: boolean
}

/** A page whose script ran. */
export interface TextPage {
  readonly body: TextElement
  /** All that a person could read, with the values of fields. */
  text(): string
  /** Elements of one kind, in the order of the page. */
  all(kind: string): TextElement[]
}

/**
 * Runs the script of a page on a document that is just large enough for it: elements with children, texts, values and listeners. What a browser
 * does with `undefined` and objects among children, it does too: it writes them as text.
 */
export async function runPage(html: string, origin: string): Promise<TextPage> {
  const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? ''
  const body = element('body')
  for (const [, kind = '', id = ''] of html.matchAll(/<(\w+)[^>]*\sid="([^"]+)"/g)) body.children.push(Object.assign(element(kind), { id }))
  const loaded = Promise.withResolvers<void>()
  const document = {
    title: '',
    createElement: element,
    getElementById: (id: string) => descendants(body).find((each) => each.id === id) ?? null,
    querySelectorAll: () => [],
  }
  const surroundings = {
    document,
    location: { hash: '' },
    crypto,
    performance,
    URLSearchParams,
    fetch: async (path: string, options?: RequestInit) => {
      const response = await fetch(new URL(path, origin), options)
      setTimeout(loaded.resolve, 50) // after what the script does with it, which takes no other turn
      return response
    },
  }
  new Script(script).runInContext(createContext(surroundings))
  await loaded.promise
  return { body, text: () => textOf(body), all: (kind) => descendants(body).filter((each) => each.kind === kind) }
}

function element(kind: string): TextElement & Record<string, unknown> {
  const children: (TextElement | string)[] = []
  const listeners = new Map<string, (event: object) => unknown>()
  return {
    kind,
    children,
    dataset: {},
    listeners,
    value: '',
    open: false,
    hidden: false,
    id: '',
    get textContent() {
      return children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('')
    },
    set textContent(text: string) {
      children.splice(0, Infinity, node(text)) // what a script without types sets may be anything
    },
    append: (...nodes: unknown[]) => void children.push(...nodes.map(node)),
    replaceChildren: (...nodes: unknown[]) => void children.splice(0, Infinity, ...nodes.map(node)),
    hasChildNodes: () => children.length > 0,
    addEventListener: (type: string, listener: (event: object) => unknown) => void listeners.set(type, listener),
    querySelectorAll: () => [],
    querySelector: () => null,
    scrollIntoView() {},
  }
}

function node(value: unknown): TextElement | string {
  return typeof value === 'object' && value !== null && 'children' in value ? (value as TextElement) : String(value)
}

function descendants(root: TextElement): TextElement[] {
  return root.children.flatMap((child) => (typeof child === 'string' ? [] : [child, ...descendants(child)]))
}

function textOf(one: TextElement): string {
  const inside = one.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('\n')
  return one.value === '' ? inside : `${inside}\n${one.value}`
}
