/** Presence as it goes over the wire (protocol, section 4). */
import { toWire } from "@parley/domain/Timestamp"
import type { PresencesAck } from "@parley/domain/wire/serverFrames"
import { noteFrame } from "../noteFrame.ts"
import { textFrame } from "../textFrame.ts"
import type { Shown } from "./WatchList.ts"

export type WirePresence = PresencesAck["presences"][number]

/** `undefined`: he is not shown to whoever asks. */
export const wirePresence = (user: string, shown: Shown | undefined): WirePresence => ({
  user_id: user as WirePresence["user_id"],
  status: shown?.status ?? "unknown",
  ...(shown?.lastSeen === undefined ? {} : { last_seen: toWire(shown.lastSeen) }),
})

/** For any socket. */
export const presenceFrame = (now: number, user: string, shown: Shown | undefined): Buffer =>
  textFrame(noteFrame(now, "presence", undefined, wirePresence(user, shown)))
