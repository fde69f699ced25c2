/**
 * What the operations port tells of pushes: why somebody was or was not reached, and what is parked.
 *
 * Always true: ids, times and reasons; no text, no name, no token.
 */
import { Platform, PushProvider } from "@parley/domain/user/vocabulary"
import { WireTime } from "@parley/domain/wire/conversation"
import * as Schema from "effect/Schema"

const Kind = Schema.Literals(["message", "clear", "security"])

/** One thing that was decided or happened, and why. `device_id` absent: it concerns all of the person's devices. */
export const PushLine = Schema.Struct({
  at: WireTime,
  device_id: Schema.optionalKey(Schema.String),
  kind: Kind,
  conversation_id: Schema.optionalKey(Schema.String),
  seq: Schema.optionalKey(Schema.Int),
  outcome: Schema.Literals(["suppressed", "queued", "collapsed", "sent", "dropped", "retry", "parked"]),
  reason: Schema.optionalKey(Schema.String),
})
export type PushLine = typeof PushLine.Type

/** A push that no service takes. It is sent again only by whoever asks for it. */
export const ParkedPush = Schema.Struct({
  job: Schema.Int,
  user_id: Schema.String,
  device_id: Schema.String,
  kind: Kind,
  conversation_id: Schema.optionalKey(Schema.String),
  seq: Schema.Int,
  count: Schema.Int,
  attempts: Schema.Int,
  parked_at: WireTime,
  reason: Schema.String,
})
export type ParkedPush = typeof ParkedPush.Type

/** `GET /push/parked`, the latest first. */
export const ParkedPushes = Schema.Struct({ items: Schema.Array(ParkedPush) })
export type ParkedPushes = typeof ParkedPushes.Type

/** `GET /push/users/{user_id}`. `lines`: the latest first. `provider` absent: the device has registered for no push. */
export const PushReport = Schema.Struct({
  user_id: Schema.String,
  devices: Schema.Array(
    Schema.Struct({
      device_id: Schema.String,
      platform: Platform,
      provider: Schema.optionalKey(PushProvider),
      registered_at: WireTime,
    }),
  ),
  lines: Schema.Array(PushLine),
  parked: Schema.Array(ParkedPush),
})
export type PushReport = typeof PushReport.Type

/** `POST /push/parked/{job}/retry`. */
export const PushRetried = Schema.Struct({ job: Schema.Int, state: Schema.Literal("waiting") })
export type PushRetried = typeof PushRetried.Type
