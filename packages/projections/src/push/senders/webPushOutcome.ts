/** What the answer of a Web Push service means (RFC 8030, section 5; RFC 8292, section 4.2). */
import type { SendOutcome } from "../PushSender.ts"
import { retryAfter } from "./retryAfter.ts"
import type { PushAnswer } from "./postPush.ts"

/** 413 is the sender's own affair: it asks again with less. Reasons name the status and nothing that came with it. */
export const webPushOutcome = ({ status, retryAfter: header }: PushAnswer, now: number): SendOutcome => {
  const reason = `status ${status}`
  if (status >= 200 && status < 300) return { _tag: "Sent" }
  if (status === 404 || status === 410) return { _tag: "Gone", reason }
  if (status === 408 || status === 429 || status >= 500) {
    const afterMs = retryAfter(header, now)
    return { _tag: "Retry", reason, ...(afterMs === undefined ? {} : { afterMs }) }
  }
  return { _tag: "Rejected", reason }
}
