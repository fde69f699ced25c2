/**
 * What an error of firebase-admin means (FCM's HTTP v1 error codes).
 *
 * Always true: reasons are codes and a status; the SDK's messages may quote what was sent, so none is repeated. What nobody can tell
 * is tried again, and the queue ends that.
 */
import type { SendOutcome } from "../PushSender.ts"
import { retryAfter } from "./retryAfter.ts"

interface FirebaseAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly data?: unknown
}

/** The least wait after 429 that FCM asks for where it names none. */
const quotaWaitMs = 60_000

const gone = new Set([
  "messaging/registration-token-not-registered",
  "messaging/installation-id-not-registered",
  "messaging/invalid-registration-token",
])

/** Neither this message nor the next will be taken until somebody changes something. */
const rejected = new Set([
  "messaging/invalid-argument",
  "messaging/invalid-payload",
  "messaging/payload-size-limit-exceeded",
  // Another project's token, or another project's service account: who knows. The token stays.
  "messaging/mismatched-credential",
])

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const detailsOf = (answer: FirebaseAnswer | undefined): ReadonlyArray<Readonly<Record<string, unknown>>> => {
  const error = isRecord(answer?.data) ? answer.data["error"] : undefined
  const details = isRecord(error) ? error["details"] : undefined
  return Array.isArray(details) ? details.filter(isRecord) : []
}

/** An argument that is not valid is the token, or the message. */
const namesToken = (answer: FirebaseAnswer | undefined): boolean =>
  detailsOf(answer).some(({ fieldViolations }) =>
    Array.isArray(fieldViolations)
      ? fieldViolations.some((one) => isRecord(one) && one["field"] === "message.token")
      : false,
  )

/** The access token was refused, or Apple refused the project's certificate: the SDK has one name for both. */
const isCertificate = (answer: FirebaseAnswer | undefined): boolean =>
  detailsOf(answer).some(
    ({ errorCode }) => errorCode === "THIRD_PARTY_AUTH_ERROR" || errorCode === "APNS_AUTH_ERROR",
  )

export const fcmOutcome = (cause: unknown, now: number): SendOutcome => {
  const { code, httpResponse } = (cause ?? {}) as {
    readonly code?: unknown
    readonly httpResponse?: FirebaseAnswer
  }
  const name = typeof code === "string" && /^[a-z/-]{1,80}$/.test(code) ? code : "no answer"
  const status = httpResponse?.status
  const reason = status === undefined ? name : `${name} (status ${status})`
  if (gone.has(name)) return { _tag: "Gone", reason }
  if (name === "messaging/invalid-argument" && namesToken(httpResponse)) return { _tag: "Gone", reason }
  if (rejected.has(name)) return { _tag: "Rejected", reason }
  if (name === "messaging/third-party-auth-error" && isCertificate(httpResponse))
    return { _tag: "Rejected", reason }
  const afterMs =
    retryAfter(httpResponse?.headers["retry-after"], now) ?? (status === 429 ? quotaWaitMs : undefined)
  return { _tag: "Retry", reason, ...(afterMs === undefined ? {} : { afterMs }) }
}
