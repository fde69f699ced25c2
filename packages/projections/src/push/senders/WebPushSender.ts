/**
 * Web Push: `web-push` encrypts for the subscription and signs as the server; one request goes to the subscription's endpoint.
 *
 * Always true: a client chose the endpoint, so what it leads to is checked before anything is sent (`endpoint.ts`,
 * `publicAddress.ts`); an endpoint that may not be asked is `Gone`, as it never was of use. No endpoint and no key is in a reason.
 */
import { ECDH } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { PushNotice, PushTarget, SendOutcome } from "../PushSender.ts"
import { allowedEndpoint } from "./endpoint.ts"
import { type PushAnswer, pushClient } from "./postPush.ts"
import { PrivateAddress } from "./publicAddress.ts"
import type { Vapid } from "./Vapid.ts"
import { webPushOutcome } from "./webPushOutcome.ts"
import { webPushPayload, withoutWords } from "./webPushPayload.ts"

export interface WebPushOptions {
  readonly vapid: Vapid
  readonly privateEndpoints: boolean
  /** How long one request may take. */
  readonly timeoutMs?: number
  readonly ca?: string
}

type Subscription = Extract<PushTarget, { readonly provider: "webpush" }>["subscription"]

const defaultTimeoutMs = 10_000

/** `Error`s of Node by their code, which says enough and names nobody. */
const codeOf = (cause: unknown): string => {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  return typeof code === "string" && /^[A-Z0-9_]{1,60}$/.test(code) ? code : "no answer"
}

/** A point on the curve, and a secret long enough: else nothing sealed for it can be opened. */
const usableKeys = ({ keys }: Subscription): boolean => {
  try {
    ECDH.convertKey(keys.p256dh, "prime256v1", "base64url")
  } catch {
    return false
  }
  return Buffer.from(keys.auth, "base64url").length >= 16
}

export const makeWebPushSender = Effect.fnUntraced(function* (options: WebPushOptions) {
  const client = yield* Effect.acquireRelease(
    Effect.sync(() => pushClient(options)),
    ({ close }) => Effect.sync(close),
  )
  const { subject, publicKey, privateKey } = options.vapid
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs

  /** Loaded when the first push is sent: a server without push pays nothing for it. */
  const sealed = async (subscription: Subscription, notice: PushNotice, payload: string) => {
    const { default: webpush } = await import("web-push")
    return webpush.generateRequestDetails(
      { endpoint: subscription.endpoint, keys: subscription.keys },
      payload,
      {
        vapidDetails: { subject, publicKey, privateKey: Redacted.value(privateKey) },
        TTL: notice.ttlSeconds,
        urgency: notice.urgency,
        topic: notice.collapseKey,
      },
    )
  }

  const post = (url: URL, subscription: Subscription, notice: PushNotice, payload: string) =>
    Effect.gen(function* () {
      const { headers, body } = yield* Effect.tryPromise({
        try: () => sealed(subscription, notice, payload),
        catch: (): SendOutcome => ({ _tag: "Rejected", reason: "the payload could not be sealed" }),
      })
      return yield* Effect.tryPromise({
        try: (signal) => client.post(url, headers as Record<string, string>, body as Buffer, signal),
        catch: (cause): SendOutcome =>
          cause instanceof PrivateAddress
            ? { _tag: "Gone", reason: cause.message }
            : { _tag: "Retry", reason: codeOf(cause) },
      })
    })

  const ask = Effect.fnUntraced(function* (subscription: Subscription, notice: PushNotice) {
    const url = allowedEndpoint(subscription.endpoint, options)
    if (typeof url === "string") return { _tag: "Gone", reason: url } satisfies SendOutcome
    if (!usableKeys(subscription))
      return { _tag: "Gone", reason: "the subscription's keys are of no use" } satisfies SendOutcome
    const payload = webPushPayload(notice)
    let answer: PushAnswer = yield* post(url, subscription, notice, payload)
    const least = withoutWords(notice)
    if (answer.status === 413 && payload !== least) answer = yield* post(url, subscription, notice, least)
    return webPushOutcome(answer, yield* Clock.currentTimeMillis)
  })

  return {
    send: (subscription: Subscription, notice: PushNotice): Effect.Effect<SendOutcome> =>
      ask(subscription, notice).pipe(
        Effect.catch((outcome) => Effect.succeed(outcome)),
        Effect.timeoutOrElse({
          duration: timeoutMs,
          orElse: () => Effect.succeed<SendOutcome>({ _tag: "Retry", reason: "timeout" }),
        }),
      ),
  }
})
