/**
 * A notice as FCM's message: Android by `notification` and `android`, iOS by `apns`, browsers by `webpush`.
 *
 * Always true: a `clear` shows nothing anywhere; what the app itself reads is in `data`, as text. It fits into FCM's 4,096 bytes.
 */
import type { TokenMessage } from "firebase-admin/messaging"
import type { PushNotice } from "../PushSender.ts"

/** Of title and body together; the rest of the 4,096 is for ids and names of fields. */
const mostWordBytes = 2_600

/** At most so many bytes of UTF-8, whole code points, with an ellipsis where something is missing. */
const cut = (text: string, most: number): string => {
  if (Buffer.byteLength(text) <= most) return text
  let [bytes, kept] = [Buffer.byteLength("…"), ""]
  for (const point of text) {
    bytes += Buffer.byteLength(point)
    if (bytes > most) break
    kept += point
  }
  return `${kept}…`
}

const wordsOf = ({ title, body }: PushNotice): { readonly title?: string; readonly body?: string } => {
  const shown = title === undefined ? undefined : cut(title, mostWordBytes / 4)
  const left = mostWordBytes - Buffer.byteLength(shown ?? "")
  return {
    ...(shown === undefined ? {} : { title: shown }),
    ...(body === undefined ? {} : { body: cut(body, left) }),
  }
}

const apns = (notice: PushNotice, shows: boolean, now: number): NonNullable<TokenMessage["apns"]> => ({
  headers: {
    // A badge is something to see for Apple, so a clear is an alert of low priority, without a word.
    "apns-push-type": "alert",
    "apns-priority": shows && notice.urgency === "high" ? "10" : "5",
    "apns-expiration": String(Math.floor(now / 1_000) + notice.ttlSeconds),
    "apns-collapse-id": notice.collapseKey,
  },
  payload: {
    aps: {
      badge: notice.badge,
      ...(notice.conversationId === undefined ? {} : { threadId: notice.conversationId }),
      // Words that were left out are the app's to find: it may change what it shows before it shows it.
      ...(shows ? { sound: "default", mutableContent: true } : { contentAvailable: true }),
    },
  },
})

export const fcmMessage = (token: string, notice: PushNotice, now: number): TokenMessage => {
  const words = notice.kind === "clear" ? {} : wordsOf(notice)
  const shows = words.title !== undefined || words.body !== undefined
  return {
    token,
    data: {
      ...notice.data,
      kind: notice.kind,
      ...(notice.conversationId === undefined ? {} : { conversation_id: notice.conversationId }),
      badge: String(notice.badge),
      tag: notice.collapseKey,
    },
    ...(shows ? { notification: words } : {}),
    android: {
      collapseKey: notice.collapseKey,
      priority: shows ? notice.urgency : "normal",
      ttl: notice.ttlSeconds * 1_000,
      ...(shows
        ? {
            notification: {
              tag: notice.collapseKey,
              ...(notice.badge > 0 ? { notificationCount: notice.badge } : {}),
            },
          }
        : {}),
    },
    apns: apns(notice, shows, now),
    ...(notice.platform === "web"
      ? {
          webpush: {
            headers: {
              TTL: String(notice.ttlSeconds),
              Urgency: shows ? notice.urgency : "normal",
              Topic: notice.collapseKey,
            },
          },
        }
      : {}),
  }
}
