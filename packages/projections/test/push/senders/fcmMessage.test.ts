import { fcmMessage } from "@parley/projections/push/senders/fcmMessage"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { clearing, conversation, notice } from "./given.ts"

const now = 1_790_000_000_000

describe("a message by FCM", () => {
  it("shows title and body on Android, in place of the one before, and counts", () => {
    expect(fcmMessage("t", notice(), now)).toMatchObject({
      token: "t",
      notification: { title: "Lunch", body: "bob: Soup?" },
      android: {
        collapseKey: "Kd93-fa_0Q",
        priority: "high",
        ttl: 3_600_000,
        notification: { tag: "Kd93-fa_0Q", notificationCount: 3 },
      },
    })
  })

  it("tells iOS the badge, its thread, what it takes the place of, and until when", () => {
    expect(fcmMessage("t", notice(), now).apns).toEqual({
      headers: {
        "apns-push-type": "alert",
        "apns-priority": "10",
        "apns-expiration": String(now / 1_000 + 3_600),
        "apns-collapse-id": "Kd93-fa_0Q",
      },
      payload: { aps: { badge: 3, threadId: conversation, sound: "default", mutableContent: true } },
    })
  })

  it("tells the app ids and numbers as text", () => {
    expect(fcmMessage("t", notice(), now).data).toEqual({
      ...{ kind: "message", conversation_id: conversation, seq: "42", count: "2", badge: "3" },
      tag: "Kd93-fa_0Q",
    })
  })

  it("of low urgency wakes nobody", () => {
    const { android, apns } = fcmMessage("t", notice({ urgency: "normal" }), now)
    expect([android?.priority, apns?.headers?.["apns-priority"]]).toEqual(["normal", "5"])
  })

  it("has a Topic, a TTL and an urgency where a browser registered with FCM, and nowhere else", () => {
    expect(fcmMessage("t", notice({ platform: "web" }), now).webpush).toEqual({
      headers: { TTL: "3600", Urgency: "high", Topic: "Kd93-fa_0Q" },
    })
    expect(fcmMessage("t", notice(), now)).not.toHaveProperty("webpush")
  })

  it("fits into 4,096 bytes, whatever people write, and ends at a whole character", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 5_000, size: "max" }),
        fc.string({ unit: "grapheme", maxLength: 5_000, size: "max" }),
        (title, body) => {
          const { notification, data } = fcmMessage("t", notice({ title, body }), now)
          expect(
            Buffer.byteLength(JSON.stringify([notification?.title, data])) +
              Buffer.byteLength(notification?.body ?? ""),
          ).toBeLessThan(4_096)
          for (const [given, shown] of [
            [title, notification?.title],
            [body, notification?.body],
          ] as const)
            expect(shown === given || given.startsWith(shown!.slice(0, -1))).toBe(true)
          expect(notification?.body?.isWellFormed()).toBe(true)
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe("a clearing push by FCM", () => {
  it("shows nothing, wakes nobody, and tells the app and iOS's icon", () => {
    const message = fcmMessage("t", clearing(), now)
    expect(message).not.toHaveProperty("notification")
    expect(message.android).toEqual({ collapseKey: "Kd93-fa_0Q", priority: "normal", ttl: 3_600_000 })
    expect(message.apns?.payload?.aps).toEqual({ badge: 0, threadId: conversation, contentAvailable: true })
    expect(message.apns?.headers).toMatchObject({ "apns-priority": "5", "apns-collapse-id": "Kd93-fa_0Q" })
    expect(message.data).toMatchObject({ kind: "clear", tag: "Kd93-fa_0Q", badge: "0" })
  })
})
