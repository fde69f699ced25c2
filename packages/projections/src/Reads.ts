/**
 * What a member reads of a conversation: view, page, roster.
 *
 * Always true: as of the request's arrival (`asOfArrival.ts`). A stranger and an ex-member get `undefined`, as for a conversation that
 * never was.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"
import { asOfArrival } from "./asOfArrival.ts"
import { foldPage, foldRoster, foldView, leavers, type MemberView } from "./fold.ts"
import { History, type MemberRow, type MessageRow, type Page } from "./History.ts"

export type { MemberView }

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

type Service = Reads["Service"]

const readView = (store: EventStore["Service"], history: History["Service"]): Service["view"] =>
  Effect.fn("Reads.view")(function* (conversation, user) {
    const read = yield* asOfArrival(store, history, conversation, history.view(conversation, user))
    return read === undefined ? undefined : foldView(read.snapshot, { conversation, user }, read.tail)
  })

const readPage = (store: EventStore["Service"], history: History["Service"]): Service["page"] =>
  Effect.fn("Reads.page")(function* (conversation, user, page) {
    const query = history.page(conversation, user, page)
    const read = yield* asOfArrival(store, history, conversation, query)
    return read === undefined ? undefined : foldPage(read.snapshot, { conversation, user }, page, read.tail)
  })

const readRoster = (store: EventStore["Service"], history: History["Service"]): Service["roster"] =>
  Effect.fn("Reads.roster")(function* (conversation, user, after, limit) {
    const ask = (asked: number) => history.roster(conversation, user, after, asked)
    const read = yield* asOfArrival(store, history, conversation, ask(limit))
    if (read === undefined) return undefined
    const gone = leavers(read.tail)
    // A later snapshot does no harm: what it knows already of the tail is passed over.
    const snapshot =
      gone === 0 || (read.snapshot?.members.length ?? 0) < limit ? read.snapshot : yield* ask(limit + gone)
    return foldRoster(snapshot, { conversation, user }, { after, limit }, read.tail)
  })

export const layer: Layer.Layer<Reads, never, EventStore | History> = Layer.effect(
  Reads,
  Effect.gen(function* () {
    const [store, history] = [yield* EventStore, yield* History]
    return {
      view: readView(store, history),
      page: readPage(store, history),
      roster: readRoster(store, history),
    }
  }),
)
