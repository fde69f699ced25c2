/**
 * What travels between the event store's threads: one flat list of strings and numbers for all writes of a turn, and one for the
 * answers of a commit. Structured clone is the largest cost of an append beside SQLite itself, and objects are what makes it large.
 *
 * Always true: answers come in the order of the requests, so neither carries an id.
 */
import type { Append, MessageKey, RecordedEvent } from "../../EventStore.ts"
import { expectedNumber } from "../visibility.ts"
import type { Refusal } from "./logFile.ts"

export type Flat = Array<string | number>

/**
 * A list of writes starts with the time (milliseconds) and the number of writes. Each write is its kind and the stream, then:
 *   append      expected, number of events, of keys, of marks; id, type, data, metadata of each event; the six fields of each key;
 *               seq, key, value of each mark, the value 0 when the line is to go
 *   metadata    the metadata as JSON
 *   softDelete, tombstone   expected
 */
export const write = { append: 0, metadata: 1, softDelete: 2, tombstone: 3 } as const
export const headerFields = 2
export const eventFields = 4
export const keyFields = 6
export const markFields = 3
/** Where an append's first event begins. */
export const appendFields = 6

export const putAppend = (to: Flat, { stream, expected, events, keys = [], marks = [] }: Append): void => {
  to.push(write.append, stream, expectedNumber(expected), events.length, keys.length, marks.length)
  for (const { id, type, data, metadata } of events) to.push(id, type, data, metadata)
  for (const { sender, clientMsgId, seq, messageId, mac, ts } of keys)
    to.push(sender, clientMsgId, seq, messageId, mac, ts)
  for (const { seq, key, value } of marks) to.push(seq, key, value ?? 0)
}

/** Where the write after the one at `at` begins. */
export const nextWrite = (writes: Readonly<Flat>, at: number): number =>
  writes[at] === write.append
    ? at +
      appendFields +
      (writes[at + 3] as number) * eventFields +
      (writes[at + 4] as number) * keyFields +
      (writes[at + 5] as number) * markFields
    : at + 3

export const keysOf = (flat: Readonly<Flat>): Array<MessageKey> => {
  const keys: Array<MessageKey> = []
  for (let at = 0; at < flat.length; at += keyFields)
    keys.push({
      sender: flat[at] as string,
      clientMsgId: flat[at + 1] as string,
      seq: flat[at + 2] as number,
      messageId: flat[at + 3] as string,
      mac: flat[at + 4] as string,
      ts: flat[at + 5] as number,
    })
  return keys
}

/** An answer that is not a plain success. `original`: a retry, with the place of what it repeats. */
export type OtherAnswer =
  | readonly ["original", revision: number, position: number]
  | readonly ["wrong", actual: number]
  | readonly ["deleted"]
  | readonly ["taken", keys: Readonly<Flat>]
  | readonly ["done"]
  | readonly ["failed", reason: string]

export interface Committed {
  /** Two for each write: revision and position of an append's last event, or -1 and the index among `others`. */
  readonly places: ReadonlyArray<number>
  readonly others: ReadonlyArray<OtherAnswer>
  /** The log's last position after the commit. */
  readonly position: number
  readonly events: number
  readonly commitMs: number
}

/** The first and only message of the thread itself; answers go a way of their own (`Answers`). */
export type FromWriter =
  | { readonly _tag: "Opened"; readonly epoch: string; readonly position: number }
  | { readonly _tag: "Refused"; readonly refusal: Refusal }
  | { readonly _tag: "NotOpened"; readonly reason: string }

/** A list of writes, or the wish that the writer finish what came before and close the file. */
export type ToWriter = Flat | "close"

const recordedFields = 8

export const flatEvents = (events: ReadonlyArray<RecordedEvent>): Flat => {
  const flat: Flat = []
  for (const { stream, revision, position, created, id, type, data, metadata } of events)
    flat.push(stream, revision, position, created, id, type, data, metadata)
  return flat
}

export const eventsOf = (flat: Readonly<Flat>): Array<RecordedEvent> => {
  const events: Array<RecordedEvent> = []
  for (let at = 0; at < flat.length; at += recordedFields)
    events.push({
      stream: flat[at] as string,
      revision: flat[at + 1] as number,
      position: flat[at + 2] as number,
      created: flat[at + 3] as number,
      id: flat[at + 4] as string,
      type: flat[at + 5] as string,
      data: flat[at + 6] as string,
      metadata: flat[at + 7] as string,
    })
  return events
}
