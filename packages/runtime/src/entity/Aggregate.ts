/**
 * What the command loop must know of an entity: how its pure half (`decide`, `evolve`, codec) is reached from requests.
 *
 * Always true: everything but `prepare` and `committed` is synchronous and pure.
 */
import type { Decision } from "@parley/domain/Decision"
import type { Rejection } from "@parley/domain/Rejection"
import type * as Effect from "effect/Effect"
import type { EventMark, MessageKey, NewEvent, RecordedEvent, StandingMark } from "../EventStore.ts"
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
  /**
   * Tells which requests were on their way while another owner went on to `state`, as it was read from the log. They may be answered
   * from what stands, but write nothing: who sent one may have sent later ones, and been answered, meanwhile. Absent: in any order.
   */
  readonly overtakenBy?: (state: State) => (request: Request) => boolean
  /** W3C trace context of who asked. */
  readonly traceparentOf: (request: Request) => string | undefined
  /** Of an entity whose state does not hold all that its decisions need. */
  readonly lookups?: Lookups<State, Event, Command, Answer>
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

/** What a decision can need beyond the state: lines of the key index, and events of the stream with their marks. */
export interface Needs {
  readonly key?: KeyWanted
  readonly events: ReadonlyArray<EventWanted>
}

export interface KeyWanted {
  readonly sender: string
  readonly clientMsgId: string
}

/** The event at `seq`, and those of its marks that are named. */
export interface EventWanted {
  readonly seq: number
  readonly marks: ReadonlyArray<string>
}

export interface EventRecalled<Event> {
  readonly seq: number
  readonly event: Event
  readonly wanted: ReadonlyArray<string>
  readonly marks: ReadonlyArray<StandingMark>
}

/** Synchronous and pure, as everything else. */
export interface Lookups<State, Event, Command, Answer> {
  /** The line of the key index that this event takes, if any. */
  readonly keyOf: (event: Event, seq: number) => MessageKey | undefined
  /** Whether the state holds every key that the stream has taken: then one that a decision accepts is new. */
  readonly holdsAllKeys: (state: State) => boolean
  readonly marksOf: (event: Event, seq: number) => ReadonlyArray<EventMark>
  /** What must be looked up before this decision may stand. */
  readonly needs: (state: State, command: Command, decision: Decision<Event, Answer>) => Needs
  /** Every event that this command is about, known or not: a batch that recalls one recalls all of its own. */
  readonly eventsOf: (state: State, command: Command) => ReadonlyArray<EventWanted>
  readonly recallKeys: (state: State, keys: ReadonlyArray<MessageKey>) => State
  readonly recallEvents: (state: State, events: ReadonlyArray<EventRecalled<Event>>) => State
}
