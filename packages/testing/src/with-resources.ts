import type { ResourceOptions, Service } from 'banyan'

/**
 * Returns the service with something else opened at its start, e.g. a payment provider that a test controls.
 * What `open` returns must be what the service's handlers expect as `resources`.
 */
export function withResources<N extends string>(service: Service<N>, open: (options: ResourceOptions) => Promise<unknown>): Service<N> {
  return { ...service, definition: { ...service.definition, resources: open } }
}
