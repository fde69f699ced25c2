/** A notice from a job and what was found out for it. Plain. */
import type { Platform } from "@parley/domain/user/vocabulary"
import type { NoticeText } from "./noticeText.ts"
import type { PushJob } from "./PushQueue.ts"
import type { PushNotice } from "./PushSender.ts"

/** A day: who looks later finds it in his inbox. */
const messageTtlSeconds = 86_400
/** Security waits as long as any service keeps it. */
const securityTtlSeconds = 28 * 86_400

export const noticeOf = (
  job: PushJob,
  found: {
    readonly platform: Platform
    readonly badge: number
    readonly count: number
    readonly text?: NoticeText
  },
): PushNotice => {
  const { kind, user, device, conversation, seq, about, what } = job
  const { platform, badge, count, text } = found
  const security = kind === "security"
  return {
    kind,
    userId: user,
    deviceId: device,
    platform,
    ...(conversation === undefined ? {} : { conversationId: conversation }),
    ...text,
    badge,
    collapseKey: job.collapseKey,
    ttlSeconds: security ? securityTtlSeconds : messageTtlSeconds,
    urgency: kind === "clear" || (kind === "message" && conversation === undefined) ? "normal" : "high",
    data: {
      kind,
      ...(conversation === undefined ? {} : { conversation_id: conversation }),
      ...(security ? { event: what ?? "" } : { seq: String(seq) }),
      ...(kind === "message" ? { count: String(count) } : {}),
      ...(about === undefined ? {} : { device_id: about }),
    },
  }
}
