/**
 * Variables that Kubernetes puts into every container for a service that is called `banyan…`, in the form of Docker's links. They are nobody's
 * mistake. That of the bare port is known by its value, which is a URL.
 */
const LINKED_NAME = /^BANYAN_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/
const LINKED_PORT = /^BANYAN_(?:\w+_)?PORT$/
const LINKED_PORT_VALUE = /^(?:tcp|udp|sctp):\/\//

/** Tells whether a variable is one of those that Kubernetes makes of a service's name. */
export function isLinked(name: string, environment: Readonly<Record<string, string | undefined>>): boolean {
  return LINKED_NAME.test(name) || (LINKED_PORT.test(name) && LINKED_PORT_VALUE.test(environment[name] ?? ''))
}
