/**
 * Judges what is due of a window: asks whom it concerns, decides for each, and makes the queue's batch of it.
 *
 * Always true: it writes nothing; asked again, after a failure, it judges the same messages.
 */
import * as Effect from "effect/Effect"
import type { Unavailable } from "@parley/runtime/errors"
import type { Audience } from "./Audience.ts"
import { decidePush, isSilent, type PushQuestion } from "./decidePush.ts"
import type { PushDecision, Wanted } from "./PushQueue.ts"
import type { Candidate, PushWindow } from "./PushWindow.ts"

/** Messages judged together, in one turn of the loop, and beyond how many pushes the rest waits for the next batch. */
const mostMessages = 64
const mostWanted = 2_000

export interface Judged {
  /** How many of those that waited. */
  readonly count: number
  readonly wanted: ReadonlyArray<Wanted>
  readonly suppressed: ReadonlyArray<PushDecision>
}

type Message = Extract<Candidate, { readonly _tag: "Message" }>
type DeviceChange = Extract<Candidate, { readonly _tag: "Device" }>

interface Verdict {
  readonly wanted: Array<Wanted>
  readonly suppressed: Array<PushDecision>
}

type Joined = ReadonlyMap<string, number>

const judgeMessage = Effect.fnUntraced(function* (
  audience: Audience["Service"],
  window: PushWindow,
  { conversation, seq, event }: Message,
  now: number,
  into: Verdict,
): Effect.fn.Return<void, Unavailable> {
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

export const judge = Effect.fnUntraced(function* (
  audience: Audience["Service"],
  window: PushWindow,
  now: number,
): Effect.fn.Return<Judged, Unavailable> {
  const verdict: Verdict = { wanted: [], suppressed: [] }
  let count = 0
  for (const candidate of window.due(mostMessages)) {
    if (verdict.wanted.length >= mostWanted) break
    if (candidate._tag === "Device") yield* judgeDevice(audience, candidate, verdict)
    else if (!audience.reachesNobody(candidate.conversation))
      yield* judgeMessage(audience, window, candidate, now, verdict)
    count++
  }
  return { count, ...verdict }
})
