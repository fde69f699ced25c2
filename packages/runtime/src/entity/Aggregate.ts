/**
 * What the command loop must know of an entity: how its pure half (`decide`, `evolve`, codec) is reached from requests.
 *
 * Always true: everything but `prepare` and `committed` is synchronous and pure.
 */
import type { Decision } from "@parley/domain/Decision"
import type { Rejection } from "@parley/domain/Rejection"
import type * as Effect from "effect/Effect"
import type { MessageKey, NewEvent, RecordedEvent } from "../EventStore.ts"
import type { Unavailable } from "../errors.ts"

/** A request with all that a decision cannot look up itself: ids, time, sealed content. Prepared once, decided as often as needed. */
export type Prepared<Command> =
  | { readonly _tag: "Ready"; readonly command: Command }
  | { readonly _tag: "Declined"; readonly rejection: Rejection }

export interface Aggregate<State, Event, Request, Command, Answer> {
  readonly initial: State
  readonly revision: (state: State) => number
  readonly evolve: (state: State, event: Event) => State
  readonly decide: (state: State, command: Command) => Decision<Event, Answer>
  /** The event for the store, without its id. */
  readonly encode: (event: Event, request: Request) => Omit<NewEvent, "id">
  readonly decode: (recorded: RecordedEvent) => Event
  readonly snapshotVersion: number
  readonly encodeSnapshot: (state: State) => string
  /** `undefined` when it cannot be read: the loop then replays the stream. */
  readonly decodeSnapshot: (text: string) => State | undefined
  /** As `prepare`, when everything that it needs is in memory; `undefined` when it is not. For the hot path. */
  readonly prepareNow?: (requests: ReadonlyArray<Request>) => ReadonlyArray<Prepared<Command>> | undefined
  /** Finds keys and seals content. One result per request, in order. */
  readonly prepare: (
    requests: ReadonlyArray<Request>,
  ) => Effect.Effect<ReadonlyArray<Prepared<Command>>, Unavailable>
  /** The lines for the key index that these events take, if the entity has such an index. */
  readonly keyOf: (event: Event, seq: number) => MessageKey | undefined
  /** The key that must be looked up before this decision may be answered, if any. */
  readonly needsKey: (
    state: State,
    command: Command,
    decision: Decision<Event, Answer>,
  ) => { readonly sender: string; readonly clientMsgId: string } | undefined
  readonly recallKeys: (state: State, keys: ReadonlyArray<MessageKey>) => State
  /** Called once per durable batch, in the order of the stream. Synchronous: it announces and never waits. */
  readonly committed: (
    events: ReadonlyArray<{
      readonly event: Event
      readonly request: Request
      readonly revision: number
    }>,
    position: number,
  ) => void
}
