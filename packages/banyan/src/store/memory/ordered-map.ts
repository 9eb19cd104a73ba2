import { compareKeys, compareToCut, type Cut, type Key } from '../documents/key.ts'

/** What a map gives for a key. */
export interface Entry<V> {
  readonly key: Key
  readonly value: V
}

interface Node<V> extends Entry<V> {
  readonly left: Node<V> | undefined
  readonly right: Node<V> | undefined
  readonly height: number
  /** Entries in this part of the tree. */
  readonly size: number
}

/**
 * Entries in the order of their keys, that never change: whoever sets or removes gets another map, which has all but some twenty nodes in common
 * with this one. So a version costs nothing to keep, and going back to one is to take it.
 *
 * A balanced tree (AVL): whatever is asked costs by the logarithm of what is in it, and by what comes back.
 */
export class OrderedMap<V> {
  readonly #root: Node<V> | undefined

  constructor(root?: Node<V>) {
    this.#root = root
  }

  get size(): number {
    return sizeOf(this.#root)
  }

  get(key: Key): V | undefined {
    let node = this.#root
    while (node !== undefined) {
      const order = compareKeys(key, node.key)
      if (order === 0) return node.value
      node = order < 0 ? node.left : node.right
    }
    return undefined
  }

  set(key: Key, value: V): OrderedMap<V> {
    return new OrderedMap(inserted(this.#root, key, value))
  }

  remove(key: Key): OrderedMap<V> {
    const root = removed(this.#root, key)
    return root === this.#root ? this : new OrderedMap(root)
  }

  /** How many entries stand before a cut. */
  rank(cut: Cut): number {
    let rank = 0
    let node = this.#root
    while (node !== undefined) {
      if (compareToCut(node.key, cut) > 0) node = node.left
      else {
        rank += sizeOf(node.left) + 1
        node = node.right
      }
    }
    return rank
  }

  /** All entries, in order. */
  entries(): Generator<Entry<V>> {
    return walk(this.#root, { parts: [], side: 'before' }, { parts: [], side: 'behind' })
  }

  /** Entries between two cuts, in order. */
  between(low: Cut, high: Cut): Generator<Entry<V>> {
    return walk(this.#root, low, high)
  }

  /** The same, from the end. */
  betweenReversed(low: Cut, high: Cut): Generator<Entry<V>> {
    return walkBack(this.#root, low, high)
  }
}

function* walk<V>(node: Node<V> | undefined, low: Cut, high: Cut): Generator<Entry<V>> {
  if (node === undefined) return
  const isAboveLow = compareToCut(node.key, low) > 0
  const isBelowHigh = compareToCut(node.key, high) < 0
  if (isAboveLow) yield* walk(node.left, low, high)
  if (isAboveLow && isBelowHigh) yield node
  if (isBelowHigh) yield* walk(node.right, low, high)
}

function* walkBack<V>(node: Node<V> | undefined, low: Cut, high: Cut): Generator<Entry<V>> {
  if (node === undefined) return
  const isAboveLow = compareToCut(node.key, low) > 0
  const isBelowHigh = compareToCut(node.key, high) < 0
  if (isBelowHigh) yield* walkBack(node.right, low, high)
  if (isAboveLow && isBelowHigh) yield node
  if (isAboveLow) yield* walkBack(node.left, low, high)
}

function inserted<V>(node: Node<V> | undefined, key: Key, value: V): Node<V> {
  if (node === undefined) return made(key, value, undefined, undefined)
  const order = compareKeys(key, node.key)
  if (order === 0) return { ...node, key, value }
  return order < 0
    ? balanced(node, inserted(node.left, key, value), node.right)
    : balanced(node, node.left, inserted(node.right, key, value))
}

function removed<V>(node: Node<V> | undefined, key: Key): Node<V> | undefined {
  if (node === undefined) return undefined
  const order = compareKeys(key, node.key)
  if (order === 0) return joined(node.left, node.right)
  if (order < 0) {
    const left = removed(node.left, key)
    return left === node.left ? node : balanced(node, left, node.right)
  }
  const right = removed(node.right, key)
  return right === node.right ? node : balanced(node, node.left, right)
}

/** Two parts between which an entry stood. */
function joined<V>(left: Node<V> | undefined, right: Node<V> | undefined): Node<V> | undefined {
  if (left === undefined) return right
  if (right === undefined) return left
  let first = right
  while (first.left !== undefined) first = first.left
  return balanced(first, left, removed(right, first.key))
}

/** An entry between two parts whose heights differ by two at most. */
function balanced<V>({ key, value }: Entry<V>, left: Node<V> | undefined, right: Node<V> | undefined): Node<V> {
  const lean = heightOf(left) - heightOf(right)
  if (lean > 1 && left !== undefined) {
    if (heightOf(left.left) >= heightOf(left.right)) return made(left.key, left.value, left.left, made(key, value, left.right, right))
    const middle = left.right as Node<V>
    return made(middle.key, middle.value, made(left.key, left.value, left.left, middle.left), made(key, value, middle.right, right))
  }
  if (lean < -1 && right !== undefined) {
    if (heightOf(right.right) >= heightOf(right.left)) return made(right.key, right.value, made(key, value, left, right.left), right.right)
    const middle = right.left as Node<V>
    return made(middle.key, middle.value, made(key, value, left, middle.left), made(right.key, right.value, middle.right, right.right))
  }
  return made(key, value, left, right)
}

function made<V>(key: Key, value: V, left: Node<V> | undefined, right: Node<V> | undefined): Node<V> {
  const height = Math.max(heightOf(left), heightOf(right)) + 1
  return { key, value, left, right, height, size: sizeOf(left) + sizeOf(right) + 1 }
}

function heightOf(node: Node<unknown> | undefined): number {
  return node === undefined ? 0 : node.height
}

function sizeOf(node: Node<unknown> | undefined): number {
  return node === undefined ? 0 : node.size
}
