// Blanks out comments, and the insides of strings and regular expressions, so that rules which look for words see code only.
// Length and line breaks stay, so positions stay.

/** What stays readable besides code. Imports need their strings; forbidden words must not be found in them. */
export interface BlankOptions {
  readonly keepStrings: boolean
}

// In this order: comments; strings; a template up to its end or its first `${`; a regular expression, which can only follow certain signs.
const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`|[{}]|(?<=(?:^|[(,=:[!&|?{};+\-*%<>~^]|\breturn|=>)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/gm

/** Returns `source` with everything that is not code replaced by spaces. */
export function blank(source: string, { keepStrings }: BlankOptions): string {
  const templates: number[] = [] // for each open template, how many braces are open inside its `${`
  let result = ''
  let position = 0
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(source); match; match = TOKEN.exec(source)) {
    result += source.slice(position, match.index)
    const token = match[0]
    let end = match.index + token.length
    const depth = templates.at(-1)
    if (token === '`') end = readTemplate(source, end, templates)
    else if (token === '{' && depth !== undefined) templates[templates.length - 1] = depth + 1
    else if (token === '}' && depth === 0) {
      templates.pop()
      end = readTemplate(source, end, templates)
    } else if (token === '}' && depth !== undefined) templates[templates.length - 1] = depth - 1
    const text = source.slice(match.index, end)
    const keep = token === '{' || token === '}' ? text.length === 1 : keepStrings && !text.startsWith('/')
    result += keep ? text : text.replaceAll(/[^\n]/g, ' ')
    position = end
    TOKEN.lastIndex = end
  }
  return result + source.slice(position)
}

// From inside a template to behind its closing quote, or behind the `${` where code begins again.
function readTemplate(source: string, from: number, templates: number[]): number {
  for (let index = from; index < source.length; index++) {
    if (source[index] === '\\') index++
    else if (source[index] === '`') return index + 1
    else if (source[index] === '$' && source[index + 1] === '{') {
      templates.push(0)
      return index + 2
    }
  }
  return source.length
}
