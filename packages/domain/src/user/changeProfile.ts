/** What others see of a person, what he lets them know, and when he wants quiet: one command, an event for each that changes. */
import type { Accepted } from "../Decision.ts"
import type { ChangeProfile, Done } from "./commands.ts"
import { done } from "./done.ts"
import type { UserEvent } from "./events.ts"
import { stamp } from "./stamp.ts"
import type { Known } from "./state.ts"
import { sameQuietHours } from "./vocabulary.ts"

export const changeProfile = (state: Known, command: ChangeProfile): Accepted<UserEvent, Done> => {
  const { name, avatarMediaId, shareLastSeen, sendReadReceipts, quietHours } = command
  const ts = stamp(state, command)
  const events: Array<UserEvent> = []
  const newName = name !== undefined && name.mac !== state.nameMac
  const newAvatar = avatarMediaId !== undefined && avatarMediaId !== (state.avatar ?? null)
  if (newName || newAvatar)
    events.push({
      _tag: "ProfileChanged",
      ts,
      ...(newName ? { name: name.sealed, name_mac: name.mac } : {}),
      ...(newAvatar ? { avatar_media_id: avatarMediaId } : {}),
    })
  const share_last_seen = shareLastSeen ?? state.privacy.shareLastSeen
  const send_read_receipts = sendReadReceipts ?? state.privacy.sendReadReceipts
  if (
    share_last_seen !== state.privacy.shareLastSeen ||
    send_read_receipts !== state.privacy.sendReadReceipts
  )
    events.push({ _tag: "PrivacyChanged", ts, share_last_seen, send_read_receipts })
  if (quietHours !== undefined && !sameQuietHours(quietHours ?? undefined, state.quietHours))
    events.push({ _tag: "QuietHoursChanged", ts, quiet_hours: quietHours })
  return done(...events)
}
