/**
 * What became of a push, as a sentence for an operator.
 *
 * Always true: a reason that has no words here is shown as it came, on one line.
 */
import type { PushLine } from "@parley/projections/push/PushReport"
import { plainText } from "../tail/plainText.ts"

/** Of `suppressed` and `dropped`; by the words of the queue. */
const reasons: Readonly<Record<string, string>> = {
  not_meant: "not mentioned, in a large group or in a thread",
  blocked: "the sender is blocked",
  muted: "the conversation is muted",
  read: "it was read already",
  foreground: "it was seen in the foreground",
  quiet_hours: "quiet hours",
  no_push_device: "the device has registered for no push",
  no_access: "no member of the conversation any more",
  deleted: "the message is deleted",
  dead_token: "the service calls its token dead; it was taken away, and the app must register again",
  over_budget: "too many pushes for this person: one for all follows",
}

/** Of `PARLEY_… is not set`, and of what services say. */
const remedies: ReadonlyArray<readonly [RegExp, string]> = [
  [/ is not set$/, "configure the service, then: parley push retry"],
  [/mismatched-credential/, "the token belongs to another Firebase project than PARLEY_FCM_SERVICE_ACCOUNT"],
  [/third-party-auth-error/, "Apple refuses: the project's APNs key is missing or has expired"],
  [
    /invalid-credential/,
    "no access token: the service account's key was revoked, or this machine's clock is wrong",
  ],
  [/^status 40[13]$/, "the subscription was made with another VAPID key: the browser must subscribe again"],
]

const reasonIn = (reason: string): string => {
  const known = reasons[reason]
  if (known !== undefined) return known
  const remedy = remedies.find(([pattern]) => pattern.test(reason))?.[1]
  return `${plainText(reason)}${remedy === undefined ? "" : ` (${remedy})`}`
}

const outcomes: Readonly<Record<PushLine["outcome"], string>> = {
  suppressed: "not sent",
  queued: "waits to be sent",
  collapsed: "joined another push",
  sent: "sent",
  dropped: "not sent",
  retry: "will be tried again",
  parked: "parked",
}

/** `not sent: the conversation is muted`. */
export const inWords = ({ outcome, reason }: Pick<PushLine, "outcome" | "reason">): string =>
  reason === undefined ? outcomes[outcome] : `${outcomes[outcome]}: ${reasonIn(reason)}`
