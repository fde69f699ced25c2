/**
 * How far a user has come in his conversations: a place for each name, the latest moved remembered.
 *
 *   move ──► young ──(full)──► old ──(young full again)──► forgotten
 *
 * Always true: a place only rises; at least the latest `cursorGeneration` names are remembered, at most twice as many.
 * Not for: the whole truth. What was moved is in the log, and the receipts model keeps the highest.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { ConversationId, DeviceId } from "../ids.ts"
import { cursorGeneration } from "./bounds.ts"

export interface Cursors {
  readonly young: HashMap.HashMap<string, number>
  readonly old: HashMap.HashMap<string, number>
}

export const noCursors: Cursors = { young: HashMap.empty(), old: HashMap.empty() }

/** A slash stands in neither part. */
export const deliveredName = (device: DeviceId, conversation: ConversationId): string =>
  `${device}/${conversation}`

/** -1: never moved, or forgotten. */
export const placeOf = ({ young, old }: Cursors, name: string): number =>
  Option.getOrUndefined(HashMap.get(young, name)) ?? Option.getOrUndefined(HashMap.get(old, name)) ?? -1

/** A place that is not higher changes nothing. */
export const move = (cursors: Cursors, name: string, place: number): Cursors => {
  if (place <= placeOf(cursors, name)) return cursors
  const { young, old } = cursors
  if (HashMap.size(young) < cursorGeneration || HashMap.has(young, name))
    return { young: HashMap.set(young, name, place), old }
  return { young: HashMap.set(HashMap.empty<string, number>(), name, place), old: young }
}

/** Each name once, with its highest place, the longest unmoved generation first. */
export const placesOf = ({ young, old }: Cursors): ReadonlyMap<string, number> => new Map([...old, ...young])
