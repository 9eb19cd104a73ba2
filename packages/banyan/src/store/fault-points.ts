/** Names of the fault points of a service's transactions, built once because they are passed by each of them. */
export function storePoints(service: string) {
  const prefix = `store.${service}`
  return {
    beforeBegin: `${prefix}.before-begin`,
    afterBody: `${prefix}.after-body`,
    beforeCommit: `${prefix}.before-commit`,
    afterCommit: `${prefix}.after-commit`,
  }
}
