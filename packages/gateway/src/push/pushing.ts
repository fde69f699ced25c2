/**
 * Push as the configuration makes it: decided, queued and sent where a service is configured, or development login is on; otherwise
 * nothing at all: no thread, no file, no look at the log.
 */
import { layer as audience } from "@parley/projections/push/audienceOfModels"
import { layer as notices } from "@parley/projections/push/noticesOfModels"
import { layer as effect } from "@parley/projections/push/pushing"
import { layer as queue } from "@parley/projections/push/PushQueueSqlite"
import { defaultBudget } from "@parley/projections/push/queue/budget"
import type { Vapid } from "@parley/projections/push/senders/Vapid"
import * as Layer from "effect/Layer"
import type { Config } from "../Config.ts"
import { sending } from "./sending.ts"

/** Beyond these, what comes waits in the log. */
const mostJobs = 100_000
/** A burst is gathered for so long before its first push, and then a conversation rests. */
const gatherMs = 1_000
const restMs = 5_000

/** @param file of the queue. @param vapid `undefined`: no Web Push. */
export const pushing = (
  config: Pick<Config, "devLogin" | "push">,
  vapid: Vapid | undefined,
  file: string,
) => {
  const queued = queue({ file, mostJobs, budget: defaultBudget, gatherMs, restMs })
  const whole = effect.pipe(
    Layer.provide(Layer.mergeAll(audience, notices(config.push), sending(config, vapid))),
    Layer.provideMerge(queued),
  )
  return vapid === undefined && config.push.fcm === undefined ? Layer.empty : whole
}
