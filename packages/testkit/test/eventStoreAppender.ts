/**
 * A process that appends until it is killed, and says on its standard output what was acknowledged, one line each, written before
 * the next append of the same stream is made: `stream revision position id`.
 *
 *   node eventStoreAppender.ts <data directory>
 */
import { writeSync } from "node:fs"
import { DataDirectory, layer as dataDirectory } from "@parley/runtime/DataDirectory"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStoreSqlite } from "@parley/runtime/eventStore/EventStoreSqlite"
import { eventId } from "@parley/runtime/freshIds"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const store = Layer.unwrap(
  Effect.map(DataDirectory, (directory) => eventStoreSqlite({ file: directory.path("events.db") })),
).pipe(Layer.provide(dataDirectory(process.argv[2]!)))

const appendForEver = Effect.fnUntraced(function* (stream: string) {
  const { append, head } = yield* EventStore
  let last = (yield* head(stream))?.revision ?? -1
  for (;;) {
    const events = Array.from({ length: 1 + (last % 3 === 0 ? 2 : 0) }, () => ({
      id: eventId(),
      type: "Happened",
      data: JSON.stringify({ text: "x".repeat(300) }),
      metadata: "{}",
    }))
    const { revision, position } = yield* append({
      stream,
      expected: last < 0 ? "no_stream" : last,
      events,
    })
    writeSync(1, `${stream} ${revision} ${position} ${events.at(-1)!.id}\n`)
    last = revision
  }
})

await Effect.runPromise(
  Effect.forEach(
    Array.from({ length: 12 }, (_, n) => `stream-${n}`),
    appendForEver,
    { concurrency: "unbounded" },
  ).pipe(Effect.provide(store)),
)
