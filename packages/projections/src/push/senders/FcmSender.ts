/**
 * FCM by `firebase-admin`: Android, iOS through APNs, and browsers that registered with FCM.
 *
 * Always true: one `send` is at most one request that carries the message. The SDK would try 503 and broken connections again by itself,
 * out of reach of the queue's count and of its knowledge of what was sent; its retries are taken out, and if they cannot be found
 * the sender says so and sends nothing.
 */
import { Agent } from "node:https"
import type { Messaging } from "firebase-admin/messaging"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { PushNotice, SendOutcome } from "../PushSender.ts"
import { fcmMessage } from "./fcmMessage.ts"
import { fcmOutcome } from "./fcmOutcome.ts"
import { googleCredential } from "./googleCredential.ts"
import type { ServiceAccount } from "./ServiceAccount.ts"

export interface FcmOptions {
  readonly account: ServiceAccount
  /** How long one push may take, the fetching of an access token included. */
  readonly timeoutMs?: number
  /** Tunnels every request, to FCM and to Google's token server. */
  readonly proxy?: string
  /** Of servers that the system's authorities do not vouch for. */
  readonly ca?: string
}

const defaultTimeoutMs = 10_000

interface Loaded {
  readonly messaging: Pick<Messaging, "send">
  readonly close: () => Promise<void>
}

/** A private field of the SDK (14.5.1), held in place by the contract: "asks once". */
const withoutRetries = (messaging: object): void => {
  const { httpClient } =
    (messaging as { readonly messagingRequestHandler?: { readonly httpClient?: { retry?: unknown } } })
      .messagingRequestHandler ?? {}
  if (httpClient?.retry === undefined)
    throw new Error("firebase-admin keeps its retries elsewhere than where this sender looks for them")
  httpClient.retry = undefined
}

const load = async (account: ServiceAccount, agent: Agent): Promise<Loaded> => {
  const [{ deleteApp, initializeApp }, { getMessaging }] = await Promise.all([
    import("firebase-admin/app"),
    import("firebase-admin/messaging"),
  ])
  const { projectId } = account
  const credential = googleCredential(account, agent)
  // Named, so that two senders of one process do not share one.
  const app = initializeApp({ credential, projectId, httpAgent: agent }, `parley-${loaded++}`)
  const messaging = getMessaging(app)
  withoutRetries(messaging)
  return { messaging, close: () => deleteApp(app) }
}
let loaded = 0

export const makeFcmSender = Effect.fnUntraced(function* (options: FcmOptions) {
  const { account, ca, proxy } = options
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 64,
    timeout: 30_000,
    ...(proxy === undefined ? {} : { proxyEnv: { HTTPS_PROXY: proxy } }),
    ...(ca === undefined ? {} : { ca }),
  })
  /** At the first push: nobody who does not send by FCM pays for its SDK (about 100 ms). */
  let sdk: Promise<Loaded> | undefined
  yield* Effect.addFinalizer(() =>
    Effect.promise(async () => {
      await sdk?.then(({ close }) => close()).catch(() => undefined)
      agent.destroy()
    }),
  )

  const ready = Effect.tryPromise({
    try: () => (sdk ??= load(account, agent)),
    catch: (cause) => cause,
  }).pipe(
    Effect.tapError((cause) => Effect.logError("firebase-admin cannot be used", cause)),
    Effect.mapError((): SendOutcome => ({ _tag: "Retry", reason: "firebase-admin cannot be used" })),
  )

  return {
    send: (token: string, notice: PushNotice): Effect.Effect<SendOutcome> =>
      Effect.gen(function* () {
        const { messaging } = yield* ready
        const message = fcmMessage(token, notice, yield* Clock.currentTimeMillis)
        return yield* Effect.tryPromise({
          try: () => messaging.send(message),
          catch: (cause) => cause,
        }).pipe(
          Effect.as<SendOutcome>({ _tag: "Sent" }),
          Effect.catch((cause) => Effect.map(Clock.currentTimeMillis, (now) => fcmOutcome(cause, now))),
        )
      }).pipe(
        Effect.catch((outcome) => Effect.succeed(outcome)),
        Effect.timeoutOrElse({
          duration: options.timeoutMs ?? defaultTimeoutMs,
          orElse: () => Effect.succeed<SendOutcome>({ _tag: "Retry", reason: "timeout" }),
        }),
      ),
  }
})
