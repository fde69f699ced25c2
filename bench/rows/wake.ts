/** Row: how long a conversation takes to wake up that has been talked in for years. */
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { DatabaseSync } from "node:sqlite"
import { decodeEvent, encodeEvent } from "@parley/domain/conversation/codec"
import { evolve } from "@parley/domain/conversation/evolve"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { decodeSnapshot, encodeSnapshot, snapshotVersion } from "@parley/domain/conversation/snapshot"
import { type ConversationState, initial } from "@parley/domain/conversation/state"
import { messageIdAt } from "@parley/domain/ids"
import { loadState, type Stored } from "@parley/runtime/entity/loadState"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { eventId, messageEntropy } from "@parley/runtime/freshIds"
import { SnapshotStore } from "@parley/runtime/SnapshotStore"
import { layer as snapshotStore } from "@parley/runtime/snapshot/SnapshotStoreSqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { withPrepared } from "../harness/prepared.ts"
import { median } from "../harness/summary.ts"
import { conversationAt } from "../harness/syntheticLog.ts"
import type { Figure, Row } from "../table/Row.ts"

const [members, perEvent, behind, wakings] = [10_000, 500, 500, 20]
const stream = `conversation-${conversationAt(1)}`
const box = Buffer.alloc(128, 7).toString("base64")
const person = (n: number): string => `member-${n % members}`

const stored: Stored<ConversationState, ConversationEvent> = {
  initial,
  revision: (state) => state.revision,
  evolve,
  decode: decodeEvent,
  snapshotVersion,
  decodeSnapshot,
}

const entries = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ user_id: person(from + i), role: "member" as const }))

/** All members, 500 an event, then messages, one of each member in turn. */
const eventAt = (seq: number): ConversationEvent => {
  const joined = Math.min((seq + 1) * perEvent, members)
  if (seq === 0)
    return {
      _tag: "ConversationCreated",
      ts: 1,
      kind: "group",
      creator: person(0),
      members: entries(0, perEvent),
      member_count: perEvent,
      history: "all",
      name: { owner: person(0), box },
    }
  if (seq * perEvent < members)
    return {
      _tag: "MemberAdded",
      ts: seq + 1,
      actor: person(0),
      members: entries(seq * perEvent, perEvent),
      member_count: joined,
    }
  const ordinal = seq + 1 - members / perEvent
  return {
    _tag: "MessageSent",
    ts: seq + 1,
    message_id: messageIdAt(seq, messageEntropy()),
    sender: person(ordinal),
    client_msg_id: `01990000-0000-7000-8000-${String(seq).padStart(12, "0")}`,
    body: { owner: person(ordinal), box },
    mac: "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
    ordinal,
    sender_ordinal: Math.ceil(ordinal / members),
  }
}

const stores = (directory: string) =>
  snapshotStore({ file: join(directory, "snapshots.db") }).pipe(
    Layer.provideMerge(eventStore({ file: join(directory, "events.db") })),
  )

const write = (directory: string, events: number): Promise<void> =>
  Effect.gen(function* () {
    const [store, snapshots] = [yield* EventStore, yield* SnapshotStore]
    let state: ConversationState = initial
    for (let from = 0; from < events;) {
      // The events that add people are large.
      const count = from < members / perEvent ? 1 : Math.min(500, events - from)
      const some = Array.from({ length: count }, (_, i) => eventAt(from + i))
      yield* store.append({
        stream,
        expected: from === 0 ? "no_stream" : from - 1,
        events: some.map((event) => ({
          id: eventId(),
          ...encodeEvent(event, { actor: person(0), correlation: "bench" }),
        })),
      })
      for (const event of some) {
        state = evolve(state, event)
        if (state.revision === events - 1 - behind)
          snapshots.save({
            stream,
            revision: state.revision,
            version: snapshotVersion,
            state: encodeSnapshot(state),
          })
      }
      from += count
    }
    while ((yield* snapshots.load(stream, snapshotVersion)) === undefined)
      yield* Effect.promise(() => pause(20))
  }).pipe(Effect.provide(stores(directory)), Effect.scoped, Effect.runPromise)

const timed = async (work: () => Promise<unknown> | unknown): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const repeated = async (work: () => Promise<unknown> | unknown): Promise<number> => {
  const times = []
  for (let i = 0; i < wakings; i++) times.push(await timed(work))
  return median(times)
}

/** The same rows read in one thread, and their JSON parsed. */
const bare = (directory: string, events: number): (() => void) => {
  const log = new DatabaseSync(join(directory, "events.db"), { readOnly: true })
  const snapshots = new DatabaseSync(join(directory, "snapshots.db"), { readOnly: true })
  const tail = log.prepare(
    "SELECT data, metadata FROM events WHERE stream = (SELECT id FROM streams WHERE name = ?) AND revision >= ? ORDER BY revision",
  )
  const snapshot = snapshots.prepare("SELECT state FROM snapshots WHERE stream = ?")
  return () => {
    JSON.parse(snapshot.get(stream)!["state"] as string)
    const rows = tail.all(stream, events - behind)
    if (rows.length !== behind) throw new Error(`${rows.length} events in the tail`)
    for (const row of rows) JSON.parse(row["data"] as string)
  }
}

const measure = (directory: string, events: number, rounds: number): Promise<ReadonlyArray<Figure>> =>
  Effect.gen(function* () {
    const [store, snapshots] = [yield* EventStore, yield* SnapshotStore]
    const wake = async (): Promise<void> => {
      const { state, snapshotRevision } = await Effect.runPromise(loadState(store, snapshots, stored, stream))
      if (state.revision !== events - 1 || snapshotRevision !== state.revision - behind)
        throw new Error("it did not wake from its snapshot")
    }
    const floor = bare(directory, events)
    yield* Effect.promise(() => repeated(wake))
    const figures: Array<Figure> = []
    for (let round = 0; round < rounds; round++)
      figures.push({
        floor: yield* Effect.promise(() => repeated(floor)),
        measured: yield* Effect.promise(() => repeated(wake)),
      })
    return figures
  }).pipe(Effect.provide(stores(directory)), Effect.scoped, Effect.runPromise)

export const wake: Row = {
  name: "wake",
  what: "waking a conversation of 1,000,000 events and 10,000 members, 500 events behind its snapshot",
  unit: "ms",
  budget: { atMost: 30 },
  floor: "the snapshot and the 500 rows read in one thread, and their JSON parsed",
  limit:
    "Two persistent maps of 10,000 entries filled from the snapshot, then the tail decoded and folded. In a warm process; the first one after a start takes longer (`bench/largeGroup.ts`).",
  measure: ({ rounds, quick, keep }) => {
    const events = quick ? 20_000 : 1_000_000
    return withPrepared(
      keep === undefined ? {} : { keep },
      `wake-${events}`,
      (directory) => write(directory, events),
      (directory) => measure(directory, events, rounds),
    )
  },
}
