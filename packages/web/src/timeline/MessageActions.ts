/** What can be done with a message. */
import type { Message } from "@parley/client/Entry"

export interface MessageActions {
  /** On, or off when it is on. */
  readonly react: (message: Message, emoji: string) => void
  readonly reply: (message: Message) => void
  readonly edit: (message: Message) => void
  readonly remove: (message: Message) => void
  /** Opens the thread that the message began, or stands in. Absent where one is open already. */
  readonly thread?: (message: Message) => void
}
