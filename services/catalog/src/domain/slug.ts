/** Longest slug made of a title; contracts allow more to those who choose their own. */
const SLUG_LENGTH_MAX = 80

/** Makes a readable part of an address from a title, e.g. `Crème brûlée, 2 pcs` → `creme-brulee-2-pcs`. `product` where nothing readable is left. */
export function slugOf(title: string): string {
  const words = title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
  const slug = words.slice(0, SLUG_LENGTH_MAX).replaceAll(/^-+|-+$/g, '')
  return slug === '' ? 'product' : slug
}
