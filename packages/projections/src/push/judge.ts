/**
 * Judges what is due of a window: asks whom it concerns, decides for each, and makes the queue's batch of it.
 *
 * Always true: it writes nothing; asked again, after a failure, it judges the same messages.
 */
import { decodeEvent } from "@parley/domain/conversation/codec"
import type { MessageSent } from "@parley/domain/conversation/events"
import { type StoredEvent, UnreadableEvent } from "@parley/domain/StoredEvent"
import * as Effect from "effect/Effect"
import type { Unavailable } from "@parley/runtime/errors"
import type { Audience } from "./Audience.ts"
import { decidePush, isSilent, type PushQuestion } from "./decidePush.ts"
import type { PushDecision, Wanted } from "./PushQueue.ts"
import { type Candidate, conversationPrefix, type PushWindow, unreadable } from "./PushWindow.ts"

/** Messages judged together, in one turn of the loop, and beyond how many pushes the rest waits for the next batch. */
const mostMessages = 64
const mostWanted = 2_000

export interface Judged {
  /** How many of those that waited. */
  readonly count: number
  /** A batch was full: the rest waits for the next one. */
  readonly full: boolean
  readonly wanted: ReadonlyArray<Wanted>
  readonly suppressed: ReadonlyArray<PushDecision>
  /** Passed over: whoever cannot read it says so elsewhere, too. */
  readonly unreadable: ReadonlyArray<string>
}

type Message = Extract<Candidate, { readonly _tag: "Message" }>
type DeviceChange = Extract<Candidate, { readonly _tag: "Device" }>

interface Verdict {
  readonly wanted: Array<Wanted>
  readonly suppressed: Array<PushDecision>
  readonly unreadable: Array<string>
}

type Joined = ReadonlyMap<string, number>

const decoded = (
  stream: string,
  seq: number,
  stored: StoredEvent,
  into: Verdict,
): MessageSent | undefined => {
  try {
    const event = decodeEvent(stored)
    return event._tag === "MessageSent" ? event : undefined
  } catch (cause) {
    if (!(cause instanceof UnreadableEvent)) throw cause
    into.unreadable.push(unreadable(stream, seq, cause))
    return undefined
  }
}

/** An event of a conversation as it stands in the log; `undefined`: it is gone. */
export type ReadAgain = (
  conversation: string,
  seq: number,
) => Effect.Effect<StoredEvent | undefined, Unavailable>

interface Asked {
  readonly audience: Audience["Service"]
  readonly window: PushWindow
  readonly readAgain: ReadAgain
  readonly now: number
}

const judgeMessage = Effect.fnUntraced(function* (
  { audience, now, readAgain, window }: Asked,
  { conversation, seq, stored: kept }: Message,
  into: Verdict,
): Effect.fn.Return<void, Unavailable> {
  const stored = kept ?? (yield* readAgain(conversation, seq))
  if (stored === undefined) return
  const event = decoded(conversationPrefix + conversation, seq, stored, into)
  if (event === undefined) return
  const members = yield* audience.members(conversation, window.front)
  if (members === undefined) return
  const threadReply = event.thread_root_id !== undefined
  const selective = threadReply || members.joined === undefined
  const mentioned = selective ? yield* audience.mentioned(conversation, event) : new Set<string>()
  const asked: Joined = members.joined ?? new Map([...mentioned].map((user) => [user, 0]))
  for (const [user, joinedSeq] of asked) {
    const question: Omit<PushQuestion, "person"> = {
      ...{ user, joinedSeq, sender: event.sender, conversation, seq, ts: event.ts },
      ...{ members: members.count, threadReply, mentioned: mentioned.has(user) },
      readSeq: window.readSeq(user, conversation),
      seenSeq: window.seenSeq(user, conversation),
    }
    const answer = decidePush({ ...question, person: yield* audience.person(user) })
    if (answer._tag === "Push")
      for (const device of answer.devices)
        into.wanted.push({ kind: "message", user, device, conversation, seq, ts: event.ts })
    else if (!isSilent(answer.reason))
      into.suppressed.push({
        ...{ user, kind: "message", conversation, seq, at: now },
        ...{ outcome: "suppressed", reason: answer.reason },
      })
  }
})

/** To a person's other devices: that one was added, or removed. A new token for a known device is no news. */
const judgeDevice = Effect.fnUntraced(function* (
  audience: Audience["Service"],
  { user, id, event }: DeviceChange,
  into: Verdict,
): Effect.fn.Return<void, Unavailable> {
  const devices = yield* audience.devices(user)
  const about = event.device_id
  const added = event._tag === "DeviceRegistered"
  if (added && devices.get(about)?.knownSince !== event.ts) return
  const what = added ? "device_registered" : "device_revoked"
  // Devices that came later, even at once, have no old news to hear.
  for (const [device, { push, knownSince }] of devices)
    if (device !== about && push !== undefined && knownSince < event.ts)
      into.wanted.push({ kind: "security", user, device, ts: event.ts, event: id, what, about })
})

export const judge = Effect.fnUntraced(function* (asked: Asked): Effect.fn.Return<Judged, Unavailable> {
  const { audience, window } = asked
  const verdict: Verdict = { wanted: [], suppressed: [], unreadable: [] }
  let count = 0
  for (const candidate of window.due(mostMessages)) {
    if (verdict.wanted.length >= mostWanted) break
    if (candidate._tag === "Device") yield* judgeDevice(audience, candidate, verdict)
    else if (!audience.reachesNobody(candidate.conversation)) yield* judgeMessage(asked, candidate, verdict)
    count++
  }
  return { count, full: count === mostMessages || verdict.wanted.length >= mostWanted, ...verdict }
})
