/** placeholder */
export interface Aggregate {
  readonly x: 1
}
