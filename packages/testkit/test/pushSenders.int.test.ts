/** What the services get from the senders, beyond what every sender promises (`pushSenderContract.ts`). */
import { randomBytes } from "node:crypto"
import { it } from "@effect/vitest"
import type { PushTarget } from "@parley/projections/push/PushSender"
import { makeFcmSender } from "@parley/projections/push/senders/FcmSender"
import { pushClient } from "@parley/projections/push/senders/postPush"
import { PrivateAddress } from "@parley/projections/push/senders/publicAddress"
import { vapidOf } from "@parley/projections/push/senders/Vapid"
import { makeWebPushSender } from "@parley/projections/push/senders/WebPushSender"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { describe, expect } from "vitest"
import { clearing, notice } from "../src/contracts/pushSenderContract.ts"
import { FakeFcm } from "../src/push/FakeFcm.ts"
import { FakeWebPush } from "../src/push/FakeWebPush.ts"

const vapid = vapidOf("mailto:tests@parley.example", Redacted.make(randomBytes(32).toString("base64url")))

const webPush = (privateEndpoints: boolean) =>
  Effect.gen(function* () {
    const service = yield* Effect.acquireRelease(
      Effect.promise(() => FakeWebPush.start()),
      (fake) => Effect.promise(() => fake.close()),
    )
    const { send } = yield* makeWebPushSender({ vapid, privateEndpoints })
    return { service, send, subscription: service.subscribe(vapid.publicKey) }
  })
const fcm = Effect.gen(function* () {
  const service = yield* Effect.acquireRelease(
    Effect.promise(() => FakeFcm.start()),
    (fake) => Effect.promise(() => fake.close()),
  )
  const { project_id, client_email, private_key } = service.account
  const account = { projectId: project_id, clientEmail: client_email, privateKey: Redacted.make(private_key) }
  return { service, send: (yield* makeFcmSender({ account, proxy: service.proxy, ca: service.ca })).send }
})

describe("Web Push", () => {
  it.effect("reaches the browser sealed, under a topic, with its life and urgency", () =>
    Effect.gen(function* () {
      const { service, send, subscription } = yield* webPush(true)
      yield* send(subscription, notice())
      yield* send(subscription, clearing())
      expect(service.faults).toEqual([])
      expect(service.pushed).toMatchObject([
        {
          payload: {
            kind: "message",
            title: "Lunch of the usual people",
            body: "bob: Soup at noon?",
            badge: 3,
          },
          ...{ topic: "Kd93-fa_0Q", ttl: 3_600, urgency: "high" },
        },
        { payload: { kind: "clear", badge: 0, tag: "Kd93-fa_0Q" }, topic: "Kd93-fa_0Q", urgency: "normal" },
      ])
    }),
  )

  it.effect("that a service finds too large goes once more with ids alone, and no third time", () =>
    Effect.gen(function* () {
      const { service, send, subscription } = yield* webPush(true)
      service.script.tell({ status: 413 })
      expect(yield* send(subscription, notice())).toEqual({ _tag: "Sent" })
      expect(service.pushed).toMatchObject([{ payload: { kind: "message", seq: "42", badge: 3 } }])
      expect(service.pushed[0]?.text).not.toContain("Soup")
      service.script.tell({ status: 413 }, { status: 413 })
      expect(yield* send(subscription, notice())).toEqual({ _tag: "Rejected", reason: "status 413" })
      expect([service.requests, service.faults]).toEqual([4, []])
    }),
  )

  it.effect("goes nowhere into the server's own network, by address or by name", () =>
    Effect.gen(function* () {
      const { service, send, subscription } = yield* webPush(false)
      const { port } = new URL(service.origin)
      for (const endpoint of [
        subscription.endpoint,
        `https://127.0.0.1:${port}/push/s1`,
        `https://[::1]:${port}/push/s1`,
        `https://localhost:${port}/push/s1`,
        `https://localhost.:${port}/push/s1`,
      ])
        expect(yield* send({ ...subscription, endpoint }, notice())).toMatchObject({ _tag: "Gone" })
      // A name is judged by what it leads to, whatever its looks.
      const client = pushClient({ privateEndpoints: false })
      const url = new URL(`https://localhost:${port}/push/s1`)
      const asked = client.post(url, {}, Buffer.from("x"), AbortSignal.timeout(10_000))
      yield* Effect.promise(() => expect(asked).rejects.toBeInstanceOf(PrivateAddress))
      client.close()
      expect(service.requests).toBe(0)
    }),
  )

  it.effect("to a key that is no point on the curve reaches nobody, and asks nobody", () =>
    Effect.gen(function* () {
      const { service, send, subscription } = yield* webPush(true)
      const p256dh = `B${"A".repeat(86)}`
      const outcome = yield* send({ ...subscription, keys: { ...subscription.keys, p256dh } }, notice())
      expect([outcome, service.requests]).toMatchObject([{ _tag: "Gone" }, 0])
    }),
  )
})

describe("FCM", () => {
  const token: Extract<PushTarget, { readonly provider: "fcm" }>["token"] = "fVq2:APA91bH"

  it.effect("gets what FCM's reference allows, and one access token serves for many", () =>
    Effect.gen(function* () {
      const { service, send } = yield* fcm
      yield* Effect.forEach([notice(), clearing(), notice({ badge: 9 })], (one) => send(token, one), {
        concurrency: 3,
      })
      expect([service.faults, service.tokens]).toEqual([[], 1])
      expect(service.messages.map(({ token: to }) => to)).toEqual([token, token, token])
      const clear = service.messages.find(({ data }) => data?.["kind"] === "clear")
      expect(clear).not.toHaveProperty("notification")
      expect(clear?.apns?.payload?.aps).toMatchObject({ badge: 0, "content-available": 1 })
    }),
  )

  it.effect(
    "without an access token nothing is sent, nothing is lost, and the next push asks for one again",
    () =>
      Effect.gen(function* () {
        const { service, send } = yield* fcm
        for (const answer of [
          { status: 400, body: '{"error":"invalid_grant"}' },
          { status: 200, body: "garbage" },
          { status: 503 },
          "reset" as const,
        ]) {
          service.tokenScript.tell(answer)
          const outcome = yield* send(token, notice())
          expect(outcome).toMatchObject({ _tag: "Retry", reason: "app/invalid-credential" })
        }
        expect(service.sends).toBe(0)
        expect(yield* send(token, notice())).toEqual({ _tag: "Sent" })
      }),
  )
})
