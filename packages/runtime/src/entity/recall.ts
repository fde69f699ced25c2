/** Looking up what a batch's decisions need beyond the state: key lines, events of the stream and their marks. */
import * as Effect from "effect/Effect"
import type { EventStore } from "../EventStore.ts"
import { Unavailable } from "../errors.ts"
import type { Aggregate, EventRecalled, EventWanted } from "./Aggregate.ts"
import type { Batch } from "./decideBatch.ts"

/** How many events are read at once. */
const atOnce = 16

/** The state with all that the batch asked for. It may be of a later revision than the state: then the append, or the head, says so. */
export const recall = Effect.fnUntraced(
  function* <State, Event, Request, Command, Answer>(
    store: EventStore["Service"],
    aggregate: Aggregate<State, Event, Request, Command, Answer>,
    stream: string,
    before: State,
    batch: Batch<State, Event, Request, Answer>,
  ) {
    const { lookups } = aggregate
    if (lookups === undefined) return before
    let state = before
    if (batch.unknownKeys.length > 0)
      state = lookups.recallKeys(state, yield* store.lookupKeys(stream, batch.unknownKeys))
    if (batch.unknownEvents.length === 0) return state
    const wanted = together(batch.unknownEvents)
    const [events, marks] = yield* Effect.all(
      [
        Effect.forEach(
          wanted,
          ({ seq }) => store.readStream(stream, { direction: "forward", from: seq, limit: 1 }),
          { concurrency: atOnce },
        ),
        store.lookupMarks(
          stream,
          wanted.map((one) => ({ seq: one.seq, keys: one.marks })),
        ),
      ],
      { concurrency: "unbounded" },
    )
    const marksAt = Map.groupBy(marks, ({ seq }) => seq)
    const recalled = wanted.flatMap((one, place): ReadonlyArray<EventRecalled<Event>> => {
      const event = events[place]?.[0]
      return event?.revision !== one.seq
        ? []
        : [
            {
              seq: one.seq,
              event: aggregate.decode(event),
              wanted: one.marks,
              marks: marksAt.get(one.seq) ?? [],
            },
          ]
    })
    return lookups.recallEvents(state, recalled)
  },
  Effect.mapError(
    (failure) => new Unavailable({ reason: "reason" in failure ? failure.reason : failure._tag }),
  ),
)

/** One for each seq, with the marks of all that want it. */
const together = (wanted: ReadonlyArray<EventWanted>): ReadonlyArray<EventWanted> => {
  const marks = new Map<number, Set<string>>()
  for (const one of wanted) {
    const known = marks.get(one.seq) ?? new Set()
    marks.set(one.seq, known)
    for (const mark of one.marks) known.add(mark)
  }
  return [...marks].map(([seq, keys]) => ({ seq, marks: [...keys] }))
}
