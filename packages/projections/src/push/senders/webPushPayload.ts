/**
 * What a Web Push carries: the JSON that the service worker reads (protocol, section 8).
 *
 * Always true: it fits into one record of 4,096 bytes, as services take no more; what does not fit is cut from the body, then left out.
 */
import type { PushNotice } from "../PushSender.ts"

/** 4,096 less the header (86 bytes), the tag of AES-GCM and the padding's delimiter (RFC 8188, RFC 8291). */
export const mostPayloadBytes = 3_993

const json = (notice: PushNotice, words: { readonly title?: string; readonly body?: string }): string =>
  JSON.stringify({
    ...notice.data,
    kind: notice.kind,
    ...(notice.conversationId === undefined ? {} : { conversation_id: notice.conversationId }),
    ...words,
    badge: notice.badge,
    tag: notice.collapseKey,
  })

const present = (title: string | undefined, body: string | undefined) => ({
  ...(title === undefined ? {} : { title }),
  ...(body === undefined ? {} : { body }),
})

/** Ids and numbers alone: what is left when a service finds the rest too large. */
export const withoutWords = (notice: PushNotice): string => json(notice, {})

export const webPushPayload = (notice: PushNotice): string => {
  const { title, body } = notice
  const whole = json(notice, present(title, body))
  if (Buffer.byteLength(whole) <= mostPayloadBytes) return whole
  const points = Array.from(body ?? "")
  const cutTo = (length: number): string =>
    json(notice, present(title, `${points.slice(0, length).join("")}…`))
  // The longest that fits, by halving: every code point makes the text longer.
  let [fits, tooLong] = [0, points.length]
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1
    if (Buffer.byteLength(cutTo(middle)) <= mostPayloadBytes) fits = middle
    else tooLong = middle
  }
  const cut = cutTo(fits)
  return Buffer.byteLength(cut) <= mostPayloadBytes ? cut : withoutWords(notice)
}
