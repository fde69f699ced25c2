/**
 * A message that the page has read by itself, with what the person has asked of it.
 *
 * Always true: what he asked shows at once, and stays until the message has been read again: between the server's answer and that
 * it does not fall back.
 */
import type { Parley } from "@parley/client/connect"
import type { LogMessage } from "@parley/client/Entry"

/** By the message as it was read. */
const asked = new WeakMap<LogMessage, LogMessage>()

export const askedOver = (parley: Pick<Parley, "shown">, message: LogMessage): LogMessage => {
  const before = asked.get(message) ?? message
  const shown = parley.shown(before)
  if (shown !== before) asked.set(message, shown)
  return shown
}
