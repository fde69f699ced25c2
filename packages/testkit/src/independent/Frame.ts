/**
 * One envelope of the stream, as `docs/protocol.md` section 4 draws it, and what a client makes of a close code.
 *
 * Always true: written from the protocol page alone; nothing in this folder imports the project.
 */

/** A frame as it came. `payload` is whatever the server sent: its readers look before they trust. */
export interface Frame {
  readonly id: string
  readonly type: string
  readonly conversation_id?: string
  readonly seq?: number
  readonly client_msg_id?: string
  readonly reply_to?: string
  readonly ts?: string
  // oxlint-disable-next-line typescript/no-explicit-any -- JSON as it came
  readonly payload: any
}

/** The ack payload of a send. */
export interface SendAck {
  readonly message_id: string
  readonly seq: number
  readonly ts: string
  readonly duplicate: boolean
}

/** The problem of section 3, as far as a client acts on it. */
export interface Problem {
  readonly code: string
  readonly retryable?: boolean
  readonly retry_after_ms?: number
  readonly detail?: string
}

/** What section 4 asks a client to do: reconnect at once, fetch a fresh token first, wait first, or give up. */
export type AfterClose = "reconnect" | "token" | "wait" | "end"

const never = new Set([1002, 1007, 1009, 4500, 4501, 4503, 4504, 4506, 4511, 4513])

/** A code that the page does not name (1006: the line was cut) is the network's: reconnect. */
export const afterClose = (code: number): AfterClose => {
  if (never.has(code)) return "end"
  if (code === 4003) return "token"
  return code === 4013 ? "wait" : "reconnect"
}
