/**
 * Push as the configuration makes it: decided, queued and sent where a service is configured, or development login is on; otherwise
 * nothing at all: no thread, no file, no look at the log.
 */
import { layer as audience } from "@parley/projections/push/audienceOfModels"
import { layer as notices } from "@parley/projections/push/noticesOfModels"
import type { PushQueue } from "@parley/projections/push/PushQueue"
import { layer as effect } from "@parley/projections/push/pushing"
import { defaultBudget } from "@parley/projections/push/queue/budget"
import type { Vapid } from "@parley/projections/push/senders/Vapid"
import * as Layer from "effect/Layer"
import type { Config } from "../Config.ts"
import { sending } from "./sending.ts"

export const queuePace = {
  /** Beyond these, what comes waits in the log. */
  mostJobs: 100_000,
  budget: defaultBudget,
  /** A burst is gathered for so long before its first push, and then a conversation rests. */
  gatherMs: 1_000,
  restMs: 5_000,
} as const

/** @param vapid `undefined`: no Web Push. */
export const pushing = <E, R>(
  config: Pick<Config, "devLogin" | "push">,
  vapid: Vapid | undefined,
  queue: Layer.Layer<PushQueue, E, R>,
) => {
  const whole = effect.pipe(
    Layer.provide(Layer.mergeAll(audience, notices(config.push), sending(config, vapid))),
    Layer.provideMerge(queue),
  )
  return vapid === undefined && config.push.fcm === undefined ? Layer.empty : whole
}
