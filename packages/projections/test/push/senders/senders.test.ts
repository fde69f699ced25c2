import { it } from "@effect/vitest"
import { PushSender, type PushTarget } from "@parley/projections/push/PushSender"
import { layer } from "@parley/projections/push/senders/senders"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { expect } from "vitest"
import { conversation, notice } from "./given.ts"

const targets: ReadonlyArray<PushTarget> = [
  { provider: "fcm", token: "a-secret-token" },
  {
    provider: "webpush",
    subscription: { endpoint: "https://push.example/secret", keys: { p256dh: "secret", auth: "secret" } },
  },
]

const sendAll = (development: boolean) => {
  const lines: Array<string> = []
  const log = Logger.layer([Logger.make((entry) => void lines.push(Logger.formatJson.log(entry)))])
  return Effect.gen(function* () {
    const { send } = yield* PushSender
    const outcomes = yield* Effect.forEach(targets, (target) => send(target, notice()))
    return { outcomes, log: lines.join("\n"), lines: lines.length }
  }).pipe(Effect.provide([layer({ development }), log]))
}

it.effect(
  "without services a development install logs whom, where and the badge, and never a word or a token",
  () =>
    Effect.gen(function* () {
      const { outcomes, log, lines } = yield* sendAll(true)
      expect(outcomes).toEqual([{ _tag: "Sent" }, { _tag: "Sent" }])
      expect(lines).toBe(2)
      for (const said of ["ann", "phone-1", conversation, '"badge":3']) expect(log).toContain(said)
      for (const secret of ["secret", "Lunch", "Soup"]) expect(log).not.toContain(secret)
    }),
)

it.effect("without services nothing is sent, and the missing setting is named", () =>
  Effect.gen(function* () {
    const { outcomes, lines } = yield* sendAll(false)
    expect(outcomes).toMatchObject([
      { _tag: "Rejected", reason: "PARLEY_FCM_SERVICE_ACCOUNT is not set" },
      { _tag: "Rejected", reason: "PARLEY_VAPID_PRIVATE_KEY is not set" },
    ])
    expect(lines).toBe(0)
  }),
)
