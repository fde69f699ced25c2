/** Where a user's sealed strings stand: a box opens at its place alone, whichever event or row it came in. */
import type { DeviceId, UserId } from "../ids.ts"

/** The name of `UserRegistered`, `UserRenamed` and `ProfileChanged` alike. */
export const namePlace = (user: UserId): string => `${user}/name`

/** The push of a device: the JSON of the wire's `push`. */
export const pushPlace = (user: UserId, device: DeviceId): string => `${user}/devices/${device}/push`
