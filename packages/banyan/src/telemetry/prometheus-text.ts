/** Writes labels as `{a="1",b="2"}`; empty without labels. */
export function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return ''
  return `{${names.map((name, index) => `${name}="${escapeLabel(values[index] ?? '')}"`).join(',')}}`
}

/** Adds one more label to a label text. */
export function withLabel(labels: string, name: string, value: string): string {
  const added = `${name}="${value}"`
  return labels === '' ? `{${added}}` : `${labels.slice(0, -1)},${added}}`
}

/** Writes one sample line. */
export function sample(name: string, labels: string, value: number): string {
  return `${name}${labels} ${numberText(value)}`
}

/** Writes a number as Prometheus reads it. */
export function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return String(value)
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
