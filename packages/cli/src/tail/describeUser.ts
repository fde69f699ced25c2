/** What a person did about his own account, in words. */
import type { UserEvent } from "@parley/domain/user/events"
import { namePlace } from "@parley/domain/user/places"
import type { Happening } from "./describeConversation.ts"
import type { Opener } from "./Opener.ts"

const places = (cursors: Readonly<Record<string, number>>): string =>
  Object.entries(cursors)
    .map(([conversation, seq]) => `${conversation} #${seq}`)
    .join(", ")

const whatOf = (event: UserEvent, user: string, { open }: Opener): string => {
  switch (event._tag) {
    case "UserRegistered":
      return event.name === undefined
        ? "was seen for the first time"
        : `was seen for the first time, as "${open(namePlace(user), event.name)}"`
    case "UserRenamed":
      return `goes by "${open(namePlace(user), event.name)}"`
    case "ProfileChanged":
      return event.name === undefined
        ? "changed the picture"
        : `goes by "${open(namePlace(user), event.name)}"`
    case "PrivacyChanged":
      return `shares last seen: ${event.share_last_seen}, read receipts: ${event.send_read_receipts}`
    case "QuietHoursChanged": {
      const hours = event.quiet_hours
      return hours === null
        ? "wants pushes at any time"
        : `wants no push from ${hours.from} to ${hours.to} (${hours.time_zone})`
    }
    case "DeviceRegistered":
      return `registered the device ${event.device_id} (${event.platform})`
    case "DeviceRevoked":
      return `revoked the device ${event.device_id}`
    case "DevicePushDropped":
      return `gets no push on the device ${event.device_id} any more (${event.because})`
    case "UserBlocked":
      return `blocked ${event.user_id}`
    case "UserUnblocked":
      return `unblocked ${event.user_id}`
    case "ConversationMuted":
      return `muted ${event.conversation_id}`
    case "ConversationUnmuted":
      return `unmuted ${event.conversation_id}`
    case "ReadUpTo":
      return `read up to ${places(event.cursors)}`
    case "Delivered":
      return `got ${places(event.cursors)} on ${event.device_id}`
  }
}

export const describeUser = (event: UserEvent, user: string, opener: Opener): Happening => ({
  who: user,
  what: whatOf(event, user, opener),
})
