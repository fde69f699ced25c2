/**
 * A user's state as JSON text. Always true: snapshot plus tail equals replay. Not for keeping: another version is worthless.
 *
 * The cursors are flat lists (name, place, name, place, …), read by `Columns`.
 */
import * as HashMap from "effect/HashMap"
import * as Schema from "effect/Schema"
import { Columns } from "../conversation/Columns.ts"
import { Sealed } from "../Sealed.ts"
import { type Cursors, noCursors } from "./Cursors.ts"
import { noEntries, type UserState } from "./state.ts"
import { Platform, PushProvider, QuietHours } from "./vocabulary.ts"

/** Raise it with every change of the shape or of what `evolve` makes of an event. */
export const userSnapshotVersion = 3

const List = Schema.Array(Schema.Unknown)
const Times = Schema.Array(Schema.Tuple([Schema.String, Schema.Int]))

const Device = Schema.Struct({
  platform: Platform,
  registeredAt: Schema.Int,
  knownSince: Schema.Int,
  provider: Schema.optionalKey(PushProvider),
  push: Schema.optionalKey(Sealed),
  pushMac: Schema.optionalKey(Schema.String),
})

const Snapshot = Schema.Union([
  Schema.TaggedStruct("Unknown", { revision: Schema.Int }),
  Schema.TaggedStruct("Known", {
    revision: Schema.Int,
    registeredAt: Schema.Int,
    lastTs: Schema.Int,
    name: Schema.optionalKey(Sealed),
    nameMac: Schema.optionalKey(Schema.String),
    avatar: Schema.optionalKey(Schema.String),
    privacy: Schema.Struct({ shareLastSeen: Schema.Boolean, sendReadReceipts: Schema.Boolean }),
    quietHours: Schema.optionalKey(QuietHours),
    devices: Schema.Array(Schema.Tuple([Schema.String, Device])),
    revoked: Times,
    blocks: Times,
    mutes: Times,
    read: Schema.Tuple([List, List]),
    delivered: Schema.Tuple([List, List]),
  }),
])
const decode = Schema.decodeUnknownSync(Snapshot)

export const encodeUserSnapshot = (state: UserState): string => {
  if (state._tag === "Unknown") return JSON.stringify(state)
  return JSON.stringify({
    ...state,
    devices: [...state.devices],
    revoked: [...state.revoked],
    blocks: [...state.blocks],
    mutes: [...state.mutes],
    read: flat(state.read),
    delivered: flat(state.delivered),
  })
}

/** `undefined` for text that is no snapshot of this version. */
export const decodeUserSnapshot = (text: string): UserState | undefined => {
  try {
    const snapshot = decode(JSON.parse(text))
    if (snapshot._tag === "Unknown") return snapshot
    return {
      ...snapshot,
      devices: mapOf(snapshot.devices),
      revoked: mapOf(snapshot.revoked),
      blocks: mapOf(snapshot.blocks),
      mutes: mapOf(snapshot.mutes),
      read: readCursors(snapshot.read),
      delivered: readCursors(snapshot.delivered),
    }
  } catch {
    return undefined
  }
}

const mapOf = <V>(entries: ReadonlyArray<readonly [string, V]>): ReadonlyMap<string, V> =>
  entries.length === 0 ? noEntries : new Map(entries)

const flat = ({ young, old }: Cursors): unknown => [[...young].flat(), [...old].flat()]

const readCursors = ([young, old]: readonly [ReadonlyArray<unknown>, ReadonlyArray<unknown>]): Cursors =>
  young.length + old.length === 0 ? noCursors : { young: readPlaces(young), old: readPlaces(old) }

/** Filled in place before anybody else can see it. */
const readPlaces = (list: ReadonlyArray<unknown>): HashMap.HashMap<string, number> =>
  HashMap.mutate(HashMap.empty<string, number>(), (map) => {
    for (const row = new Columns(list); row.more();) HashMap.set(map, row.text(), row.int())
  })
