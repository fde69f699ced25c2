/** Where a page of the inbox goes on, as text for the wire. Opaque to clients; a made-up one shows its maker nothing but his own inbox. */
import type { Position } from "@parley/runtime/EventStore"

/** `asOf`: the log's end when the first page was read. `before`: the activity of the last row handed over, exclusive. */
export interface InboxCursor {
  readonly asOf: Position
  readonly before: Position
}

export const inboxCursorText = ({ asOf, before }: InboxCursor): string =>
  `${asOf.toString(36)}.${before.toString(36)}`

/** `undefined` for what is no cursor. */
export const readInboxCursor = (text: string): InboxCursor | undefined => {
  const [, asOf, before] = /^([0-9a-z]{1,10})\.([0-9a-z]{1,10})$/.exec(text) ?? []
  return asOf === undefined || before === undefined
    ? undefined
    : { asOf: parseInt(asOf, 36), before: parseInt(before, 36) }
}
