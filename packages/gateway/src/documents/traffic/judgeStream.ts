/**
 * Judges the frames of a connection by the AsyncAPI document: each frame that comes, and each that was sent, when it was accepted.
 *
 * Always true: an answer belongs to exactly one frame that was sent and is of the shape of that frame's answers.
 */
import type { Json } from "../jsonSchemas.ts"
import { closed } from "./closed.ts"
import { type MakeValidators, pointerTo } from "./Validators.ts"

interface Frame {
  readonly id?: unknown
  readonly type?: unknown
  readonly reply_to?: unknown
  readonly payload?: { readonly code?: unknown }
}

/** One connection's. */
export interface StreamJudge {
  /** What the client puts on the wire: text, which need not be a frame. */
  readonly sent: (text: string) => void
  /** The fault of what came, in words. */
  readonly received: (text: string) => string | undefined
  /** Of a frame on its own, when nobody knows what was sent. */
  readonly alone: (text: string) => string | undefined
}

export const judgeStream = (document: Json, validators: MakeValidators): (() => StreamJudge) => {
  const strict = validators(closed(document))
  const lenient = validators(document)
  const { messages } = document["components"] as { readonly messages: Readonly<Record<string, Json>> }
  const acks = Object.keys(messages).filter((key) => key.startsWith("ack."))
  const operations = document["operations"] as Readonly<Record<string, Json>>

  const judge = (check: typeof strict, key: string, frame: unknown): string | undefined =>
    key in messages
      ? check(pointerTo(["components", "messages", key, "payload"]))(frame)
      : "the document does not name this frame"

  const judgeAck = (frame: Frame, asked: Frame | undefined): string | undefined => {
    if (asked === undefined) return "it answers nothing that was sent"
    const taken = judge(lenient, `client.${String(asked.type)}`, asked)
    return taken === undefined
      ? judge(strict, `ack.${String(asked.type)}`, frame)
      : `another frame was accepted: ${taken}`
  }

  const judgeError = (frame: Frame, asked: Frame | undefined): string | undefined => {
    const fault = judge(strict, "server.error", frame)
    if (fault !== undefined || frame.reply_to === undefined) return fault
    if (asked === undefined) return "it answers nothing that was sent"
    const operation = operations[`receive.${String(asked.type)}`]
    const codes = operation?.["x-errors"] ?? ["bad_request", "not_found"]
    const { code } = frame.payload ?? {}
    return (codes as ReadonlyArray<unknown>).includes(code)
      ? undefined
      : `${String(asked.type)} is not answered with ${String(code)}`
  }

  return () => {
    const waiting = new Map<unknown, Array<Frame>>()
    const askedBy = (frame: Frame): Frame | undefined => waiting.get(frame.reply_to)?.shift()
    const judgeOther = (frame: Frame): string | undefined =>
      judge(strict, `server.${String(frame.type)}`, frame)
    const worded = (text: string, fault: string | undefined): string | undefined =>
      fault === undefined ? undefined : `${text.slice(0, 2_000)}: ${fault}`
    return {
      sent: (text) => {
        const frame = parsed(text)
        if (frame !== undefined) waiting.set(frame.id, [...(waiting.get(frame.id) ?? []), frame])
      },
      received: (text) => {
        const frame = JSON.parse(text) as Frame
        const fault =
          frame.type === "ack"
            ? judgeAck(frame, askedBy(frame))
            : frame.type === "error"
              ? judgeError(frame, askedBy(frame))
              : judgeOther(frame)
        return worded(text, fault)
      },
      alone: (text) => {
        const frame = JSON.parse(text) as Frame
        if (frame.type !== "ack") return worded(text, judgeOther(frame))
        const faults = acks.map((key) => judge(strict, key, frame))
        return faults.includes(undefined) ? undefined : worded(text, faults[0])
      },
    }
  }
}

const parsed = (text: string): Frame | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
