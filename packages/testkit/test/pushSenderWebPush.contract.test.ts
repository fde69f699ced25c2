import { vapidOf } from "@parley/projections/push/senders/Vapid"
import { makeWebPushSender } from "@parley/projections/push/senders/WebPushSender"
import type { PushNotice } from "@parley/projections/push/PushSender"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"
import { pushSenderContract } from "../src/contracts/pushSenderContract.ts"
import { FakeWebPush } from "../src/push/FakeWebPush.ts"
import type { Script } from "../src/push/Scripted.ts"

const rig = Effect.gen(function* () {
  const service = yield* Effect.acquireRelease(
    Effect.promise(() => FakeWebPush.start({ secure: true })),
    (fake) => Effect.promise(() => fake.close()),
  )
  const privateKey = Redacted.make(randomBytes(32).toString("base64url"))
  const vapid = vapidOf("mailto:tests@parley.example", privateKey)
  const sender = yield* makeWebPushSender({ vapid, privateEndpoints: true, ca: service.ca! })
  const subscription = service.subscribe(vapid.publicKey)
  return {
    send: (notice: PushNotice) => sender.send(subscription, notice),
    tell: (...scripts: ReadonlyArray<Script>) => service.script.tell(...scripts),
    taken: () => service.pushed.length,
    asked: () => service.requests,
    faults: () => service.faults,
    secrets: [subscription.endpoint, subscription.keys.auth, Redacted.value(privateKey)],
    answers: {
      tooMany: { status: 429, headers: { "retry-after": "7" } },
      gone: [{ status: 404 }, { status: 410, body: "gone" }],
      refused: [
        { status: 400 },
        { status: 401 },
        { status: 403 },
        { status: 302, headers: { location: "/" } },
      ],
      notNow: [{ status: 429 }, { status: 408 }, { status: 502, body: "<html></html>" }],
    },
  }
})

pushSenderContract("Web Push", rig)
