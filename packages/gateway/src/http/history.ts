/** Reading what was said: history and threads. */
import { MessagePage } from "@parley/domain/wire/http"
import type { MessageRow, Page } from "@parley/projections/History"
import { openMessages } from "@parley/projections/open"
import { type MemberView, Reads } from "@parley/projections/Reads"
import { KeyVault } from "@parley/runtime/KeyVault"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import { conversationParam, limit, messageParam, seq } from "../documents/parameters.ts"
import { type Refused, unavailable } from "../problems.ts"
import { type Answer, json } from "./Answer.ts"
import type { Route } from "./Api.ts"
import { authenticate, badQuery, type Call, limitOf, seqOf } from "./Call.ts"
import { conversationOf, messageOf, noConversation, noMessage } from "./named.ts"

const pageOf = Effect.fnUntraced(function* (call: Call): Effect.fn.Return<Page, Refused> {
  const most = yield* limitOf(call)
  const [before, after, around] = [
    yield* seqOf(call, "before"),
    yield* seqOf(call, "after"),
    yield* seqOf(call, "around"),
  ]
  if ([before, after, around].filter((mark) => mark !== undefined).length > 1)
    return yield* badQuery("before", "Expected one of before, after and around")
  if (after !== undefined) return { _tag: "After", after, limit: most }
  if (around !== undefined) return { _tag: "Around", around, limit: most }
  return before === undefined ? { _tag: "Before", limit: most } : { _tag: "Before", before, limit: most }
})

const pageQuery = {
  before: seq("Older than this `seq`, newest first."),
  after: seq("Newer than this `seq`, oldest first."),
  around: seq("Around this `seq`, oldest first."),
  limit,
}

const show = Effect.fnUntraced(function* (
  { conversation, messages }: MemberView & { readonly messages: ReadonlyArray<MessageRow> },
  reader: string,
  page: Page,
): Effect.fn.Return<Answer, Refused, KeyVault> {
  const items = yield* openMessages(yield* KeyVault, {
    conversation: conversation.id,
    reader,
    asOf: conversation.revision,
    rows: messages,
  }).pipe(Effect.mapError(unavailable))
  const seqs = items.map((item) => item.seq)
  return json(200, { items, ...cursorsOf(page, seqs) })
})

export const history: ReadonlyArray<Route> = [
  {
    method: "GET",
    path: "/v1/conversations/:id/messages",
    about: {
      summary: "Read history",
      description:
        "By `seq`: newest first for `before` (default: from the end), oldest first for `after` and `around`. `before` and `after` are exclusive, `around` is inclusive; at most one of the three. A page is full unless it is the last. `prev_cursor` goes into `before`, `next_cursor` into `after`.",
      group: "Messages",
      security: "access",
      params: { id: conversationParam },
      query: pageQuery,
      answers: { 200: { about: "A page of messages, as of the request's arrival.", schema: MessagePage } },
      errors: ["not_found"],
    },
    handle: Effect.fn("GET /v1/conversations/{id}/messages")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const conversation = yield* conversationOf(call)
      const page = yield* pageOf(call)
      const reads = yield* Reads
      const found = yield* reads.page(conversation, access.userId, page).pipe(Effect.mapError(unavailable))
      return found === undefined ? yield* noConversation() : yield* show(found, access.userId, page)
    }),
  },
  {
    method: "GET",
    path: "/v1/conversations/:id/messages/:message_id/replies",
    about: {
      summary: "Read a thread",
      description: "The replies to a message, paged as history is. A deleted message keeps its thread.",
      group: "Messages",
      security: "access",
      params: { id: conversationParam, message_id: messageParam },
      query: pageQuery,
      answers: { 200: { about: "A page of replies, as of the request's arrival.", schema: MessagePage } },
      errors: ["not_found"],
    },
    handle: Effect.fn("GET /v1/conversations/{id}/messages/{message_id}/replies")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const [conversation, root] = [yield* conversationOf(call), yield* messageOf(call)]
      const page = yield* pageOf(call)
      const reads = yield* Reads
      const found = yield* reads
        .thread(conversation, access.userId, root, page)
        .pipe(Effect.mapError(unavailable))
      return found === undefined ? yield* noMessage() : yield* show(found, access.userId, page)
    }),
  },
]

/**
 * Where the page goes on: a cursor is there when there may be something in its direction. A page that is not full has come to the end
 * of the direction that it was read in; the newest page has nothing after it.
 */
const cursorsOf = (
  page: Page,
  seqs: ReadonlyArray<number>,
): { prev_cursor?: string; next_cursor?: string } => {
  if (seqs.length === 0) return {}
  const full = seqs.length === page.limit
  const [lowest, highest] = [Math.min(...seqs), Math.max(...seqs)]
  const older = page._tag === "Before" ? full : true
  const newer = page._tag === "Before" ? page.before !== undefined : page._tag === "After" ? full : true
  return {
    ...(older ? { prev_cursor: String(lowest) } : {}),
    ...(newer ? { next_cursor: String(highest) } : {}),
  }
}
