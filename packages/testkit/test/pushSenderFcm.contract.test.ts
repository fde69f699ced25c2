import { makeFcmSender } from "@parley/projections/push/senders/FcmSender"
import type { PushNotice } from "@parley/projections/push/PushSender"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { pushSenderContract } from "../src/contracts/pushSenderContract.ts"
import { FakeFcm, fcmError } from "../src/push/FakeFcm.ts"
import type { Script } from "../src/push/Scripted.ts"

const token = "fVq2:APA91bH-a-registration-token"

const rig = Effect.gen(function* () {
  const service = yield* Effect.acquireRelease(
    Effect.promise(() => FakeFcm.start()),
    (fake) => Effect.promise(() => fake.close()),
  )
  const { project_id, client_email, private_key } = service.account
  const account = { projectId: project_id, clientEmail: client_email, privateKey: Redacted.make(private_key) }
  const sender = yield* makeFcmSender({ account, proxy: service.proxy, ca: service.ca })
  return {
    send: (notice: PushNotice) => sender.send(token, notice),
    tell: (...scripts: ReadonlyArray<Script>) => service.script.tell(...scripts),
    taken: () => service.messages.length,
    asked: () => service.sends,
    faults: () => service.faults,
    secrets: [token, private_key.slice(40, 80)],
    answers: {
      tooMany: fcmError(429, "RESOURCE_EXHAUSTED", {
        errorCode: "QUOTA_EXCEEDED",
        headers: { "retry-after": "7" },
      }),
      gone: [
        fcmError(404, "NOT_FOUND", { errorCode: "UNREGISTERED" }),
        fcmError(400, "INVALID_ARGUMENT", { errorCode: "INVALID_ARGUMENT", field: "message.token" }),
      ],
      refused: [
        fcmError(400, "INVALID_ARGUMENT", { errorCode: "INVALID_ARGUMENT", field: "message.data[0].value" }),
        fcmError(403, "PERMISSION_DENIED", { errorCode: "SENDER_ID_MISMATCH" }),
        fcmError(401, "UNAUTHENTICATED", { errorCode: "THIRD_PARTY_AUTH_ERROR" }),
      ],
      notNow: [
        fcmError(500, "INTERNAL", { errorCode: "INTERNAL" }),
        fcmError(503, "UNAVAILABLE", { errorCode: "UNAVAILABLE" }),
        fcmError(401, "UNAUTHENTICATED"),
        { status: 200, body: "<html>no answer of FCM's</html>" },
      ],
    },
  }
})

pushSenderContract("FCM", rig)
