import type { ApiKey, CorsOptions, GatewayOptions } from '@banyan/gateway'
import { ROLES, TOKEN_AUDIENCE, TOKEN_ISSUER } from '@shop/users/contract'
import { BanyanError } from 'banyan'
import type { Environment } from './environment.ts'
import { connectionLimits, rateLimits } from './limit-settings.ts'

/** What the environment decides about the gateway. */
export interface GatewaySettings extends Pick<
  GatewayOptions,
  'limits' | 'server' | 'apiKeys' | 'cors' | 'trustedProxies' | 'hosts' | 'scrapers' | 'https' | 'accessLog'
> {
  readonly issuer: string
  readonly audience: string
}

/**
 * Reads the settings; throws `failed_precondition` that names the variable and what it must look like.
 * - `BANYAN_ISSUER`, `BANYAN_AUDIENCE`: of access tokens.
 * - `BANYAN_CORS_ORIGINS`: origins with commas between, or `*`. Default: none.
 * - `BANYAN_TRUSTED_PROXIES`: addresses or CIDR ranges with commas between. Default: none.
 * - `BANYAN_HOSTS`: names that a gateway on loopback answers to, e.g. for a proxy on this machine, with commas between. Default: none.
 * - `BANYAN_METRICS_FROM`: addresses or CIDR ranges that may read `/metrics` without credentials. Default: none.
 * - `BANYAN_API_KEYS`: `id:role+role:sha256` with commas between, with roles of users. Default: none.
 * - `BANYAN_HTTPS`, `BANYAN_ACCESS_LOG`: `on` or `off`. Default: off.
 * - `BANYAN_RATE_LIMITS`: `on` or `off`, e.g. for a benchmark. Default: on.
 * - Single limits: see {@link rateLimits} and {@link connectionLimits}.
 */
export function readSettings(environment: Environment): GatewaySettings {
  const cors = corsOf(environment)
  return {
    issuer: environment['BANYAN_ISSUER'] || TOKEN_ISSUER,
    audience: environment['BANYAN_AUDIENCE'] || TOKEN_AUDIENCE,
    limits: switchOf(environment, 'BANYAN_RATE_LIMITS', true) ? rateLimits(environment) : false,
    server: connectionLimits(environment),
    apiKeys: listOf(environment, 'BANYAN_API_KEYS').map(apiKeyOf),
    trustedProxies: listOf(environment, 'BANYAN_TRUSTED_PROXIES'),
    hosts: listOf(environment, 'BANYAN_HOSTS'),
    scrapers: listOf(environment, 'BANYAN_METRICS_FROM'),
    https: switchOf(environment, 'BANYAN_HTTPS', false),
    accessLog: switchOf(environment, 'BANYAN_ACCESS_LOG', false),
    ...(cors ? { cors } : {}),
  }
}

function corsOf(environment: Environment): CorsOptions | undefined {
  const origins = listOf(environment, 'BANYAN_CORS_ORIGINS')
  if (origins.length === 0) return undefined
  return { origins: origins.includes('*') ? '*' : origins }
}

function apiKeyOf(text: string): ApiKey {
  const [id, roles, sha256, ...rest] = text.split(':')
  if (!id || !roles || !/^[0-9a-f]{64}$/i.test(sha256 ?? '') || rest.length > 0)
    // The value may hold a secret by mistake, so it is not repeated.
    throw refusal(
      'BANYAN_API_KEYS',
      'id:role+role:hash, where hash is the SHA-256 of the secret as 64 hex digits, e.g. "erp:finance+support:9f86…"',
    )
  const named = roles.split('+')
  if (!named.every((role) => ROLES.includes(role as 'admin')))
    throw refusal('BANYAN_API_KEYS', `id:role+role:hash with roles of the shop, which are ${ROLES.join(', ')}`)
  return { id, roles: named, sha256: sha256 as string }
}

function listOf(environment: Environment, name: string): string[] {
  return (environment[name] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}

function switchOf(environment: Environment, name: string, otherwise: boolean): boolean {
  const value = environment[name]
  if (value === undefined || value === '') return otherwise
  if (value !== 'on' && value !== 'off') throw refusal(name, '"on" or "off"')
  return value === 'on'
}

function refusal(name: string, expected: string): BanyanError {
  return new BanyanError('failed_precondition', `${name} must be ${expected}`)
}
