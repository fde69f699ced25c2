/** What an event says of cursors and of who hides his reading: the same for both engines. */
import type { CursorMap, UserEvent } from "@parley/domain/user/events"

/** Names on disk. */
export const receiptTypes: ReadonlySet<string> = new Set(["ReadUpTo", "Delivered", "PrivacyChanged"])

/** `device` is empty for reading. */
export type Receipt =
  | { readonly _tag: "Moved"; readonly device: string; readonly cursors: CursorMap }
  | { readonly _tag: "Hides"; readonly hides: boolean }

export const receiptOf = (event: UserEvent): Receipt | undefined => {
  switch (event._tag) {
    case "ReadUpTo":
      return { _tag: "Moved", device: "", cursors: event.cursors }
    case "Delivered":
      return { _tag: "Moved", device: event.device_id, cursors: event.cursors }
    case "PrivacyChanged":
      return { _tag: "Hides", hides: !event.send_read_receipts }
    default:
      return undefined
  }
}
