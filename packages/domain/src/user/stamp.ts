/** The time of a decision's events: that of its arrival, never earlier than the event before. */
import type { Timestamp } from "../Timestamp.ts"
import type { Known } from "./state.ts"

export const stamp = (state: Known, command: { readonly now: Timestamp }): Timestamp =>
  Math.max(command.now, state.lastTs)
