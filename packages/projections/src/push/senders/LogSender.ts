/**
 * The sender of a development install: a line in the log for each push.
 *
 * Always true: a line tells for whom, which device, which conversation and the badge; never what was said, nor token or subscription.
 */
import * as Effect from "effect/Effect"
import type { PushNotice, SendOutcome } from "../PushSender.ts"

export const logPush = (notice: PushNotice): Effect.Effect<SendOutcome> =>
  Effect.logInfo("push").pipe(
    Effect.annotateLogs({
      kind: notice.kind,
      user: notice.userId,
      device: notice.deviceId,
      ...(notice.conversationId === undefined ? {} : { conversation: notice.conversationId }),
      badge: notice.badge,
    }),
    Effect.as<SendOutcome>({ _tag: "Sent" }),
  )
