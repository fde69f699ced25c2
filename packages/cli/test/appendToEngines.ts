/** Appends one event to a stream of its own, as a process does that has no keys and no models. */
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStoreDb } from "@parley/runtime/eventStore/EventStoreDb"
import { eventId } from "@parley/runtime/freshIds"
import { layer as logIndexMemory } from "@parley/runtime/logIndex/LogIndexMemory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

export const appendToEngines = (
  { PARLEY_EVENT_STORE: url }: Readonly<Record<string, string>>,
  stream: string,
  data: unknown,
): Promise<unknown> => {
  const event = { id: eventId(), type: "Noted", data: JSON.stringify(data), metadata: "{}" }
  return Effect.flatMap(Effect.service(EventStore), (store) =>
    store.append({ stream, expected: "no_stream", events: [event] }),
  ).pipe(
    Effect.provide(eventStoreDb({ url: Redacted.make(url!) }).pipe(Layer.provide(logIndexMemory))),
    Effect.scoped,
    Effect.runPromise,
  )
}
