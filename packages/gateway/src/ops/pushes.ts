/**
 * The routes by which `parley push` asks: `GET /push/users/{user}`, `GET /push/parked`, `POST /push/parked/{job}/retry`.
 *
 * Always true: answers are JSON, either what was asked for or {error, detail}; nothing that anybody wrote and no token is in them. A
 * page in a browser on the operator's machine can ask nothing: whatever comes with an `Origin` is refused.
 */
import type { IncomingMessage } from "node:http"
import { UserId } from "@parley/domain/ids"
import { toWire } from "@parley/domain/Timestamp"
import type { ParkedPush, ParkedPushes, PushReport, PushRetried } from "@parley/projections/push/PushReport"
import { type ParkedJob, type PushDecision, PushQueue } from "@parley/projections/push/PushQueue"
import { Users } from "@parley/runtime/Users"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

export interface PushOpsAnswer {
  readonly status: number
  readonly body: PushReport | ParkedPushes | PushRetried | { readonly error: string; readonly detail: string }
  readonly allow?: string
}

/** `undefined`: the address is none of these. */
export type PushRoutes = (request: IncomingMessage) => Promise<PushOpsAnswer> | undefined

const mostLines = 200
const mostParked = 1_000

type Asked =
  | { readonly _tag: "Report"; readonly user: string }
  | { readonly _tag: "Parked" }
  | { readonly _tag: "Retry"; readonly job: number }

const isUser = Schema.is(UserId)

const askedIn = (path: string): Asked | undefined => {
  if (path === "/push/parked") return { _tag: "Parked" }
  const job = /^\/push\/parked\/(\d{1,15})\/retry$/.exec(path)?.[1]
  if (job !== undefined) return { _tag: "Retry", job: Number(job) }
  const encoded = /^\/push\/users\/([^/]{1,200})$/.exec(path)?.[1]
  try {
    const user = decodeURIComponent(encoded ?? "")
    return isUser(user) ? { _tag: "Report", user } : undefined
  } catch {
    return undefined
  }
}

const refusal = (status: number, error: string, detail: string): PushOpsAnswer => ({
  status,
  body: { error, detail },
})

const about = (conversation: string | undefined) =>
  conversation === undefined ? {} : { conversation_id: conversation }

const parkedOf = (job: ParkedJob): ParkedPush => ({
  job: job.id,
  user_id: job.user,
  device_id: job.device,
  kind: job.kind,
  ...about(job.conversation),
  seq: job.seq,
  count: job.count,
  attempts: job.attempts,
  parked_at: toWire(job.parkedAt),
  reason: job.reason,
})

const lineOf = ({ at, device, kind, conversation, seq, outcome, reason }: PushDecision) => ({
  at: toWire(at),
  ...(device === undefined ? {} : { device_id: device }),
  kind,
  ...about(conversation),
  ...(seq === undefined ? {} : { seq }),
  outcome,
  ...(reason === undefined ? {} : { reason }),
})

const report = Effect.fnUntraced(function* (
  queue: PushQueue["Service"],
  users: Users["Service"],
  user: string,
) {
  const [devices, lines, parked] = yield* Effect.all([
    users.devices(user),
    queue.decisionsOf(user, mostLines),
    queue.parked(mostParked),
  ])
  return {
    user_id: user,
    devices: [...devices].map(([device_id, { platform, provider, registeredAt }]) => ({
      device_id,
      platform,
      ...(provider === undefined ? {} : { provider }),
      registered_at: toWire(registeredAt),
    })),
    lines: lines.map(lineOf),
    parked: parked.filter((job) => job.user === user).map(parkedOf),
  } satisfies PushReport
})

const retry = Effect.fnUntraced(function* (queue: PushQueue["Service"], job: number) {
  const found = yield* queue.retryParked(job, yield* Clock.currentTimeMillis)
  if (!found) return refusal(404, "not_parked", `No push ${job} is parked.`)
  return { status: 202, body: { job, state: "waiting" } } satisfies PushOpsAnswer
})

const answerTo = (asked: Asked, queue: PushQueue["Service"], users: Users["Service"]) => {
  switch (asked._tag) {
    case "Report":
      return Effect.map(report(queue, users, asked.user), (body): PushOpsAnswer => ({ status: 200, body }))
    case "Parked":
      return Effect.map(queue.parked(mostParked), (jobs): PushOpsAnswer => ({
        status: 200,
        body: { items: jobs.map(parkedOf) },
      }))
    case "Retry":
      return retry(queue, asked.job)
  }
}

/** Without a queue around it, the server is made of parts that push nothing, and says so. */
export const pushRoutes: Effect.Effect<PushRoutes> = Effect.gen(function* () {
  const context = yield* Effect.context<never>()
  const parts = Option.all([yield* Effect.serviceOption(PushQueue), yield* Effect.serviceOption(Users)])
  return ({ url, method, headers }) => {
    const asked = askedIn(url ?? "")
    if (asked === undefined) return undefined
    if (headers.origin !== undefined)
      return Promise.resolve(refusal(403, "forbidden", "Pages in a browser may not ask about pushes."))
    if (Option.isNone(parts))
      return Promise.resolve(refusal(501, "not_implemented", "This server sends no pushes."))
    const allow = asked._tag === "Retry" ? "POST" : "GET"
    if (method !== allow)
      return Promise.resolve({ ...refusal(405, "method_not_allowed", `It is asked by ${allow}.`), allow })
    const [queue, users] = parts.value
    return answerTo(asked, queue, users).pipe(
      Effect.catch(({ reason }) => Effect.succeed(refusal(503, "unavailable", `Not now: ${reason}.`))),
      Effect.catchCause((cause) =>
        Effect.as(
          Effect.logError("a question about pushes broke", cause),
          refusal(500, "internal", "The cause is in the server's log."),
        ),
      ),
      Effect.runPromiseWith(context),
    )
  }
})
