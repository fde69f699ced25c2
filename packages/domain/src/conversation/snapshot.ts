/**
 * A conversation's state as JSON text, so that waking up reads a short tail instead of the whole stream.
 *
 * Always true: snapshot plus tail equals replay. Lists of tuples, not objects: a group of 10,000 is written and read in a few
 * milliseconds. Keys that were recalled from the store's index are a cache and are left out.
 * Not for: keeping. A snapshot of another version is worthless, and nothing is lost with it.
 */
import * as HashMap from "effect/HashMap"
import * as Schema from "effect/Schema"
import { Sealed } from "../Sealed.ts"
import { type KeyLine, emptyWindow } from "./KeyWindow.ts"
import type { ConversationState, Live, Member } from "./state.ts"
import { History, Kind, Role } from "./vocabulary.ts"

/** Names the shape below. Raise it with every change of the shape or of what `evolve` makes of an event. */
export const snapshotVersion = 1

const Keys = Schema.Array(Schema.Tuple([Schema.String, Schema.Int, Schema.String, Schema.String, Schema.Int]))

const Shape = Schema.Struct({
  revision: Schema.Int,
  kind: Kind,
  creator: Schema.String,
  createdAt: Schema.Int,
  history: History,
  name: Schema.optionalKey(Sealed),
  topic: Schema.optionalKey(Sealed),
  metadata: Schema.optionalKey(Sealed),
  request: Schema.optionalKey(Schema.String),
  lastTs: Schema.Int,
  ordinal: Schema.Int,
  /** [user, role, joinedSeq, joinedAt] */
  members: Schema.Array(Schema.Tuple([Schema.String, Role, Schema.Int, Schema.Int])),
  /** [user, messages so far] */
  senders: Schema.Array(Schema.Tuple([Schema.String, Schema.Int])),
  /** [key, seq, message_id, mac, ts] */
  young: Keys,
  old: Keys,
  complete: Schema.Boolean,
})
type Shape = typeof Shape.Type

const Snapshot = Schema.Union([Shape, Schema.Struct({ absent: Schema.Int })])
const decode = Schema.decodeUnknownSync(Snapshot)

export const encodeSnapshot = (state: ConversationState): string => {
  if (state._tag === "Absent") return JSON.stringify({ absent: state.revision })
  const { _tag, members, memberCount, senders, window, ...plain } = state
  const shape: Shape = {
    ...plain,
    members: Array.from(members, ([user, member]) => [user, member.role, member.joinedSeq, member.joinedAt]),
    senders: [...senders],
    young: lines(window.young),
    old: lines(window.old),
    complete: window.complete,
  }
  return JSON.stringify(shape)
}

/** `undefined` for text that is no snapshot of this version. */
export const decodeSnapshot = (text: string): ConversationState | undefined => {
  let snapshot: typeof Snapshot.Type
  try {
    snapshot = decode(JSON.parse(text))
  } catch {
    return undefined
  }
  if ("absent" in snapshot) return { _tag: "Absent", revision: snapshot.absent }
  const { members, senders, young, old, complete, ...plain } = snapshot
  return {
    _tag: "Live",
    ...plain,
    members: HashMap.fromIterable(
      members.map(([user, role, joinedSeq, joinedAt]): [string, Member] => [
        user,
        { role, joinedSeq, joinedAt },
      ]),
    ),
    memberCount: members.length,
    senders: HashMap.fromIterable(senders),
    window: { ...emptyWindow, young: fromLines(young), old: fromLines(old), complete },
  } satisfies Live
}

const lines = (keys: HashMap.HashMap<string, KeyLine>): typeof Keys.Type =>
  Array.from(keys, ([key, line]) => [key, line.seq, line.message_id, line.mac, line.ts])

const fromLines = (keys: typeof Keys.Type): HashMap.HashMap<string, KeyLine> =>
  HashMap.fromIterable(
    keys.map(([key, seq, message_id, mac, ts]): [string, KeyLine] => [key, { seq, message_id, mac, ts }]),
  )
