/**
 * Reading as of the request's arrival: the one way in which anything of a conversation is read.
 *
 *   head of the stream (asked after the request came in) ─► one snapshot of the model ─► the events between, from the log ─► answer
 *
 * Always true: the answer holds every write acknowledged before the call, removals included. A stranger and an ex-member get
 * `undefined`, as for a conversation that never was.
 */
import { decodeEvent } from "@parley/domain/conversation/codec"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore, type Head } from "@parley/runtime/EventStore"
import { Unavailable } from "@parley/runtime/errors"
import { changesMembership, foldPage, foldView, type TailEvent } from "./fold.ts"
import {
  type ConversationRow,
  type ConversationView,
  History,
  type MemberRow,
  type MessageRow,
  type Page,
} from "./History.ts"

/** More events than this between model and log are not folded: the read waits for the model. */
const maxTail = 200

/** A conversation as one of its members reads it. */
export interface MemberView {
  readonly conversation: ConversationRow
  readonly member: MemberRow
}

export class Reads extends Context.Service<
  Reads,
  {
    readonly view: (conversation: string, user: string) => Effect.Effect<MemberView | undefined, Unavailable>
    /** Newest first for `Before`, oldest first otherwise. */
    readonly page: (
      conversation: string,
      user: string,
      page: Page,
    ) => Effect.Effect<
      (MemberView & { readonly messages: ReadonlyArray<MessageRow> }) | undefined,
      Unavailable
    >
    /** By user id, after `after` (exclusive). */
    readonly roster: (
      conversation: string,
      user: string,
      after: string | undefined,
      limit: number,
    ) => Effect.Effect<(MemberView & { readonly members: ReadonlyArray<MemberRow> }) | undefined, Unavailable>
  }
>()("@parley/projections/Reads") {}

const asUnavailable = (failure: { readonly _tag: string }): Unavailable =>
  failure instanceof Unavailable ? failure : new Unavailable({ reason: failure._tag })

/** The snapshot and the tail to fold over it; an empty tail when the model itself has come to the head. */
const asOfArrival = Effect.fnUntraced(function* <Snapshot extends ConversationView>(
  store: EventStore["Service"],
  history: History["Service"],
  conversation: string,
  query: Effect.Effect<Snapshot | undefined, Unavailable>,
): Effect.fn.Return<
  { readonly snapshot: Snapshot; readonly tail: ReadonlyArray<TailEvent> } | undefined,
  Unavailable
> {
  const stream = `conversation-${conversation}`
  const head = yield* Effect.mapError(store.head(stream), asUnavailable)
  if (head === undefined) return undefined
  const snapshot = yield* query
  const known = snapshot?.conversation.revision ?? -1
  if (snapshot !== undefined && known >= head.revision) return { snapshot, tail: [] }
  if (snapshot !== undefined && head.revision - known <= maxTail) {
    const tail = yield* readTail(store, stream, known, head)
    if (!changesMembership(tail)) return { snapshot, tail }
  }
  yield* history.caughtUp(head.position)
  const caughtUp = yield* query
  return caughtUp === undefined ? undefined : { snapshot: caughtUp, tail: [] }
})

const readTail = (
  store: EventStore["Service"],
  stream: string,
  known: number,
  head: Head,
): Effect.Effect<ReadonlyArray<TailEvent>, Unavailable> =>
  store.readStream(stream, { direction: "forward", from: known + 1, limit: head.revision - known }).pipe(
    Effect.mapError(asUnavailable),
    Effect.map((events) =>
      events.map((recorded) => ({
        event: decodeEvent(recorded),
        revision: recorded.revision,
        position: recorded.position,
      })),
    ),
  )

const memberOf = (view: ConversationView | undefined): MemberView | undefined =>
  view?.member === undefined ? undefined : { conversation: view.conversation, member: view.member }

export const layer: Layer.Layer<Reads, never, EventStore | History> = Layer.effect(
  Reads,
  Effect.gen(function* () {
    const [store, history] = [yield* EventStore, yield* History]
    return {
      view: (conversation, user) =>
        Effect.map(asOfArrival(store, history, conversation, history.view(conversation, user)), (read) =>
          read === undefined ? undefined : memberOf(foldView(read.snapshot, read.tail)),
        ),
      page: (conversation, user, page) =>
        Effect.map(
          asOfArrival(store, history, conversation, history.page(conversation, user, page)),
          (read) => {
            const view = read === undefined ? undefined : memberOf(foldView(read.snapshot, read.tail))
            return view === undefined
              ? undefined
              : { ...view, messages: foldPage(page, read!.snapshot, read!.tail) }
          },
        ),
      roster: (conversation, user, after, limit) =>
        Effect.map(
          asOfArrival(store, history, conversation, history.roster(conversation, user, after, limit)),
          (read) => {
            const view = read === undefined ? undefined : memberOf(foldView(read.snapshot, read.tail))
            return view === undefined ? undefined : { ...view, members: read!.snapshot.members }
          },
        ),
    }
  }),
)
