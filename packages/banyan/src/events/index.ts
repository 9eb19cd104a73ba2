export { CLOUD_EVENT_BATCH_TYPE, CLOUD_EVENT_TYPE, type CloudEvent, fromCloudEvent, toCloudEvent } from './cloud-event.ts'
export { type Consumer, type ConsumerOptions, type ConsumerState, createConsumer } from './consumer.ts'
export {
  createParkedAdmin,
  type ParkedAction,
  type ParkedAdmin,
  type ParkedAdminOptions,
  type ParkedKey,
  type ParkedPosition,
} from './parked-admin.ts'
export { ATTEMPTS_MAX, OUTAGE_ATTEMPTS_MAX, RETRY_BACKOFF, type RetryPolicy } from './reading/retry-policy.ts'
export type { RedriveResult, SessionFigures } from './reading/consumer-session.ts'
export type { Consume, EventHandler, Subscription } from './reading/subscription.ts'
