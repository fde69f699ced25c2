/**
 * What a member reads of a conversation: view, page, thread, single message, roster.
 *
 * Always true: as of the request's arrival (`asOfArrival.ts`). A stranger and an ex-member get `undefined`, as for a conversation that
 * never was.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { seqOfMessage } from "@parley/domain/ids"
import { EventStore } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"
import { asOfArrival } from "./asOfArrival.ts"
import { foldPage, foldThread } from "./fold/foldPage.ts"
import { foldRoster, leavers } from "./fold/foldRoster.ts"
import { foldView } from "./fold/foldView.ts"
import type { MemberView } from "./fold/tail.ts"
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
    /** The replies to the message with the id `root`, as `page`. `undefined` also when he may see no such message. */
    readonly thread: (
      conversation: string,
      user: string,
      root: string,
      page: Page,
    ) => Effect.Effect<
      (MemberView & { readonly root: MessageRow; readonly messages: ReadonlyArray<MessageRow> }) | undefined,
      Unavailable
    >
    /** `undefined` also when he may see no such message. */
    readonly message: (
      conversation: string,
      user: string,
      messageId: string,
    ) => Effect.Effect<(MemberView & { readonly message: MessageRow }) | undefined, Unavailable>
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

const readThread = (store: EventStore["Service"], history: History["Service"]): Service["thread"] =>
  Effect.fn("Reads.thread")(function* (conversation, user, root, page) {
    const query = history.thread(conversation, user, root, page)
    const read = yield* asOfArrival(store, history, conversation, query)
    if (read === undefined) return undefined
    return foldThread(read.snapshot, { conversation, user }, root, page, read.tail)
  })

/** A page of one: the first message after the place before that which the id names. */
const readMessage =
  (page: Service["page"]): Service["message"] =>
  (id, user, messageId) => {
    const seq = seqOfMessage(messageId)
    if (seq === undefined) return Effect.succeed(undefined)
    return Effect.map(page(id, user, { _tag: "After", after: seq - 1, limit: 1 }), (read) => {
      const message = read?.messages.find((one) => one.messageId === messageId)
      if (read === undefined || message === undefined) return undefined
      const { conversation, member } = read
      return { conversation, member, message }
    })
  }

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
    const page = readPage(store, history)
    return {
      view: readView(store, history),
      page,
      thread: readThread(store, history),
      message: readMessage(page),
      roster: readRoster(store, history),
    }
  }),
)
