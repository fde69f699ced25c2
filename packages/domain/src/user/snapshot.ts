/** A user's state as JSON text. Always true: snapshot plus tail equals replay. Not for keeping: another version is worthless. */
import * as Schema from "effect/Schema"
import { Sealed } from "../Sealed.ts"
import type { UserState } from "./state.ts"

/** Raise it with every change of the shape or of what `evolve` makes of an event. */
export const userSnapshotVersion = 1

const Snapshot = Schema.Union([
  Schema.TaggedStruct("Unknown", { revision: Schema.Int }),
  Schema.TaggedStruct("Known", {
    revision: Schema.Int,
    registeredAt: Schema.Int,
    lastTs: Schema.Int,
    name: Schema.optionalKey(Sealed),
    nameMac: Schema.optionalKey(Schema.String),
  }),
])
const decode = Schema.decodeUnknownSync(Snapshot)

export const encodeUserSnapshot = (state: UserState): string => JSON.stringify(state)

/** `undefined` for text that is no snapshot of this version. */
export const decodeUserSnapshot = (text: string): UserState | undefined => {
  try {
    return decode(JSON.parse(text))
  } catch {
    return undefined
  }
}
