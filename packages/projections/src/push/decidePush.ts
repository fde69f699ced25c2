/**
 * Whether a person is to be told of a message outside any connection. Plain: what it must know arrives with the question.
 *
 *   his own ─► joined later ─► no device ─► not meant ─► blocked ─► muted ─► read ─► foreground ─► quiet hours ─► push
 *
 * Always true: the first no counts, and only what concerns the person himself is a no that he is told of. A connection in the
 * background, or none, changes nothing: only somebody who looked has been reached.
 * Not for: security, which is never suppressed, and for how many pushes are too many (`queue/Admission.ts`).
 */
import type { QuietHours } from "@parley/domain/user/vocabulary"
import { isQuiet } from "./quietHours.ts"

/** In larger conversations only who is mentioned gets a push. */
export const mostPushedMembers = 500

/** `devices`: those with a token or subscription. */
export interface PushPerson {
  readonly devices: ReadonlyArray<string>
  readonly blocks: { readonly has: (user: string) => boolean }
  readonly mutes: { readonly has: (conversation: string) => boolean }
  readonly quietHours?: QuietHours
}

export interface PushQuestion {
  readonly user: string
  readonly person: PushPerson
  /** The event that brought him in. */
  readonly joinedSeq: number
  readonly sender: string
  readonly conversation: string
  readonly seq: number
  /** Of the event, in milliseconds. */
  readonly ts: number
  /** Of the conversation. */
  readonly members: number
  readonly threadReply: boolean
  readonly mentioned: boolean
  /** How far he had read, and one of his devices in the foreground had got, the conversation when the message was judged. */
  readonly readSeq: number
  readonly seenSeq: number
}

/** `not_meant`: in a large conversation, or in a thread, and not mentioned. */
export type Suppression =
  | "own"
  | "joined_later"
  | "no_device"
  | "not_meant"
  | "blocked"
  | "muted"
  | "read"
  | "foreground"
  | "quiet_hours"

export type PushAnswer =
  | { readonly _tag: "Push"; readonly devices: ReadonlyArray<string> }
  | { readonly _tag: "Suppress"; readonly reason: Suppression }

/** What nobody would ask about: it is not kept. */
export const isSilent = (reason: Suppression): boolean =>
  reason === "own" || reason === "joined_later" || reason === "no_device"

export const decidePush = (asked: PushQuestion): PushAnswer => {
  const reason = suppression(asked)
  return reason === undefined ? { _tag: "Push", devices: asked.person.devices } : { _tag: "Suppress", reason }
}

const suppression = (asked: PushQuestion): Suppression | undefined => {
  const { person, seq } = asked
  if (asked.user === asked.sender) return "own"
  if (asked.joinedSeq > seq) return "joined_later"
  if (person.devices.length === 0) return "no_device"
  if ((asked.threadReply || asked.members > mostPushedMembers) && !asked.mentioned) return "not_meant"
  if (person.blocks.has(asked.sender)) return "blocked"
  if (person.mutes.has(asked.conversation)) return "muted"
  if (asked.readSeq >= seq) return "read"
  if (asked.seenSeq >= seq) return "foreground"
  if (person.quietHours !== undefined && isQuiet(person.quietHours, asked.ts)) return "quiet_hours"
  return undefined
}
