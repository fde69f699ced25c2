/** Markers and deliveries: only what is higher moves, so repeats and reordering are harmless. */
import { type Accepted, accept } from "../Decision.ts"
import type { CursorsMoved, MoveCursors } from "./commands.ts"
import { type Cursors, deliveredName, placeOf } from "./Cursors.ts"
import type { CursorMap, UserEvent } from "./events.ts"
import { stamp } from "./stamp.ts"
import type { Known } from "./state.ts"

/** At most one `ReadUpTo`, and one `Delivered` for each device. */
export const moveCursors = (state: Known, command: MoveCursors): Accepted<UserEvent, CursorsMoved> => {
  const ts = stamp(state, command)
  const events: Array<UserEvent> = []
  const own = (conversation: string): string => conversation
  const read = higher(state.read, command.read, own)
  if (read !== undefined) events.push({ _tag: "ReadUpTo", ts, cursors: read })
  const delivered: Array<CursorsMoved["delivered"][number]> = []
  for (const { device_id, cursors: places } of command.delivered) {
    const nameOf = (conversation: string): string => deliveredName(device_id, conversation)
    const cursors = higher(state.delivered, places, nameOf)
    if (cursors === undefined) continue
    delivered.push({ device_id, cursors, before: placesOf(state.delivered, cursors, nameOf) })
    events.push({ _tag: "Delivered", ts, device_id, cursors })
  }
  const readBefore = placesOf(state.read, read ?? {}, own)
  return accept(events, { _tag: "CursorsMoved", read: read ?? {}, readBefore, delivered })
}

const placesOf = (before: Cursors, moved: CursorMap, nameOf: (conversation: string) => string): CursorMap =>
  Object.fromEntries(
    Object.keys(moved).map((conversation) => [conversation, placeOf(before, nameOf(conversation))]),
  )

const higher = (
  before: Cursors,
  places: CursorMap,
  nameOf: (conversation: string) => string,
): CursorMap | undefined => {
  const moved = Object.entries(places).filter(
    ([conversation, place]) => place > placeOf(before, nameOf(conversation)),
  )
  return moved.length === 0 ? undefined : Object.fromEntries(moved)
}
