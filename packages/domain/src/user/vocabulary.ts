/** The closed vocabularies of a user's devices, and the shape of his quiet hours (protocol, section 6). */
import * as Schema from "effect/Schema"

export const Platform = Schema.Literals(["android", "ios", "web"])
export type Platform = typeof Platform.Type

export const PushProvider = Schema.Literals(["fcm", "webpush"])
export type PushProvider = typeof PushProvider.Type

/** Why a device's push was taken away from it. */
export const PushLoss = Schema.Literals(["dead", "moved"])
export type PushLoss = typeof PushLoss.Type

/** A time of day, 24 hours, as `22:30`. */
const TimeOfDay = Schema.String.check(Schema.isPattern(/^([01][0-9]|2[0-3]):[0-5][0-9]$/u))

/** A name of the IANA time zone database. Only its shape: whether there is such a zone is known where time is told. */
const TimeZone = Schema.String.check(Schema.isPattern(/^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/u))

/**
 * Every day from `from` (inclusive) to `to` (exclusive) there; over midnight when `to` is the earlier one, all day when they are the
 * same.
 */
export const QuietHours = Schema.Struct({ from: TimeOfDay, to: TimeOfDay, time_zone: TimeZone })
export type QuietHours = typeof QuietHours.Type

export const sameQuietHours = (one: QuietHours | undefined, other: QuietHours | undefined): boolean =>
  one?.from === other?.from && one?.to === other?.to && one?.time_zone === other?.time_zone
