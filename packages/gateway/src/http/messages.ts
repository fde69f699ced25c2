/** Sending without a socket, and history. */
import { decoder } from "@parley/domain/wire/decode"
import { PostMessage } from "@parley/domain/wire/http"
import { ConversationId } from "@parley/domain/ids"
import { toWire } from "@parley/domain/Timestamp"
import type { Page } from "@parley/projections/History"
import { openMessages } from "@parley/projections/open"
import { Reads } from "@parley/projections/Reads"
import { KeyVault } from "@parley/runtime/KeyVault"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { AccessTokens } from "../auth/AccessTokens.ts"
import type { Verdict } from "../limits/RateLimiter.ts"
import { type Refused, refuse, unavailable } from "../problems.ts"
import { json } from "./Answer.ts"
import type { Route, Shared } from "./Api.ts"
import { ask } from "./ask.ts"
import { authenticate, badQuery, type Call, limitOf, originOf, readBody, seqOf } from "./Call.ts"

const decodeMessage = decoder(PostMessage)
const isConversationId = Schema.is(ConversationId)

/** A malformed id names nothing that exists. */
export const conversationOf = (call: Call): Effect.Effect<string, Refused> =>
  isConversationId(call.params["id"]) ? Effect.succeed(call.params["id"]) : Effect.fail(noConversation())

export const noConversation = (): Refused => refuse("not_found", "There is no such conversation.")

const pageOf = Effect.fnUntraced(function* (call: Call): Effect.fn.Return<Page, Refused> {
  const limit = yield* limitOf(call)
  const [before, after, around] = [
    yield* seqOf(call, "before"),
    yield* seqOf(call, "after"),
    yield* seqOf(call, "around"),
  ]
  if ([before, after, around].filter((mark) => mark !== undefined).length > 1)
    return yield* badQuery("before", "Expected one of before, after and around")
  if (after !== undefined) return { _tag: "After", after, limit }
  if (around !== undefined) return { _tag: "Around", around, limit }
  return before === undefined ? { _tag: "Before", limit } : { _tag: "Before", before, limit }
})

/** With the headers of draft-ietf-httpapi-ratelimit-headers: `q` messages in any `w` seconds, `r` of them left, more in `t` seconds. */
const rateLimited = ({ retryAfterMs, policy, rate, burst }: Extract<Verdict, { readonly ok: false }>) =>
  refuse("rate_limited", `Too many messages of this ${policy}.`, {
    retryAfterMs,
    headers: {
      ratelimit: `"${policy}";r=0;t=${Math.ceil(retryAfterMs / 1_000)}`,
      "ratelimit-policy": `"${policy}";q=${burst};w=${Math.ceil(burst / rate)}`,
    },
  })

const takeMessage = (shared: Shared, user: string, conversation: string, members: number) =>
  Effect.suspend(() => {
    const verdict = shared.limiter.takeMessage(user, conversation, members, shared.now())
    if (verdict.ok) return Effect.void
    return Effect.fail(rateLimited(verdict))
  })

export const messages: ReadonlyArray<Route> = [
  {
    method: "POST",
    path: "/v1/messages",
    handle: Effect.fn("POST /v1/messages")(function* (call, shared) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const { conversation_id, client_msg_id, ...body } = yield* readBody(
        call,
        decodeMessage,
        shared.limits.json_depth,
      )
      const reads = yield* Reads
      const view = yield* reads.view(conversation_id, access.userId).pipe(Effect.mapError(unavailable))
      if (view === undefined) return yield* noConversation()
      yield* takeMessage(shared, access.userId, conversation_id, view.conversation.memberCount)
      const { message_id, seq, ts, duplicate } = yield* ask("Sent", conversation_id, {
        _tag: "SendMessage",
        origin: originOf(call, access),
        clientMsgId: client_msg_id,
        body,
      })
      return json(duplicate ? 200 : 201, { message_id, seq, ts: toWire(ts), duplicate })
    }),
  },
  {
    method: "GET",
    path: "/v1/conversations/:id/messages",
    handle: Effect.fn("GET /v1/conversations/{id}/messages")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const conversation = yield* conversationOf(call)
      const page = yield* pageOf(call)
      const reads = yield* Reads
      const found = yield* reads.page(conversation, access.userId, page).pipe(Effect.mapError(unavailable))
      if (found === undefined) return yield* noConversation()
      const items = yield* openMessages(yield* KeyVault, {
        conversation,
        reader: access.userId,
        asOf: found.conversation.revision,
        rows: found.messages,
      }).pipe(Effect.mapError(unavailable))
      return json(200, {
        items,
        ...cursorsOf(
          page,
          items.map((item) => item.seq),
        ),
      })
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
