import type { PushNotice } from "@parley/projections/push/PushSender"

export const conversation = "cnv_00000000000000000000000001"

export const notice = (more: Partial<PushNotice> = {}): PushNotice => ({
  kind: "message",
  userId: "ann",
  deviceId: "phone-1",
  platform: "android",
  conversationId: conversation,
  title: "Lunch",
  body: "bob: Soup?",
  badge: 3,
  collapseKey: "Kd93-fa_0Q",
  ttlSeconds: 3_600,
  urgency: "high",
  data: { kind: "message", conversation_id: conversation, seq: "42", count: "2" },
  ...more,
})

export const clearing = (): PushNotice => {
  const { title: _title, body: _body, ...rest } = notice({ kind: "clear", badge: 0, urgency: "normal" })
  return { ...rest, data: { kind: "clear", conversation_id: conversation, seq: "42" } }
}
