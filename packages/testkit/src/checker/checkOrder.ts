/** The one order of a conversation against real time, and against the order in which a connection sent. */
import type { Attempt, Recording, Send } from "./Recording.ts"
import { firstAckAt, type Truth } from "./Truth.ts"
import type { Verdict } from "./Verdict.ts"

interface Span {
  readonly startedAt: number
  /** Infinity without an answer. */
  readonly ackedAt: number
  readonly seq: number
  readonly name: () => string
}

/** If A was acknowledged before B was begun, A stands before B. One pass over starts and acks in the order of time. */
export const checkRealTime = (recording: Recording, truth: Truth, verdict: Verdict): void => {
  const spans: Array<Array<Span>> = recording.conversations.all.map(() => [])
  recording.sends.forEach((send, number) => {
    const item = truth.itemOf(number)
    if (item === undefined) return
    spans[send.conversation]!.push({
      startedAt: startOf(send),
      ackedAt: firstAckAt(send),
      seq: item.seq,
      name: () => send.clientMsgId,
    })
  })
  for (const { conversation, kind, user, requestedAt, answeredAt, seq, changed } of recording.changes)
    if (changed === true && answeredAt !== undefined && seq !== undefined)
      spans[conversation]!.push({
        startedAt: requestedAt,
        ackedAt: answeredAt,
        seq,
        name: () => `${kind} ${recording.users.all[user]}`,
      })
  spans.forEach((all, conversation) => {
    const byStart = all.sort((a, b) => a.startedAt - b.startedAt)
    const byAck = [...all].sort((a, b) => a.ackedAt - b.ackedAt)
    let acked = 0
    let highest: Span | undefined
    for (const span of byStart) {
      for (; acked < byAck.length && byAck[acked]!.ackedAt < span.startedAt; acked++)
        if (highest === undefined || byAck[acked]!.seq > highest.seq) highest = byAck[acked]!
      const earlier = highest
      if (earlier !== undefined && earlier.seq > span.seq)
        verdict.add(
          "realTimeOrder",
          () =>
            `${recording.conversations.all[conversation]}: ${span.name()} at ${span.seq} was begun after the ack of ${earlier.name()} at ${earlier.seq}`,
        )
    }
  })
}

/** Sends of one connection to one conversation stand in the order in which they were put on it. */
export const checkDeviceOrder = (recording: Recording, truth: Truth, verdict: Verdict): void => {
  const decided: Array<{ send: Send; startedAt: number; connection: number; seq: number }> = []
  recording.sends.forEach((send, number) => {
    const item = truth.itemOf(number)
    const attempt = item === undefined ? undefined : decidingAttempt(send)
    if (attempt !== undefined && attempt.connection >= 0)
      decided.push({
        send,
        startedAt: attempt.startedAt,
        connection: attempt.connection,
        seq: item!.seq,
      })
  })
  decided.sort((a, b) => a.startedAt - b.startedAt)
  const last = new Map<number, (typeof decided)[number]>()
  for (const one of decided) {
    const key = one.connection * recording.conversations.all.length + one.send.conversation
    const before = last.get(key)
    if (before !== undefined && before.seq > one.seq)
      verdict.add(
        "deviceOrder",
        () =>
          `${recording.conversations.all[one.send.conversation]} connection ${one.connection}: ${one.send.clientMsgId} at ${one.seq} was sent after ${before.send.clientMsgId} at ${before.seq}`,
      )
    else last.set(key, one)
  }
}

const startOf = (send: Send): number => {
  let first = Infinity
  for (const { startedAt } of send.attempts) if (startedAt < first) first = startedAt
  return first
}

/** The try that became the message, when the answers tell: the only one, the one whose ack is no duplicate, or the one before it. */
const decidingAttempt = (send: Send): Attempt | undefined => {
  const possible = send.attempts.filter(({ outcome }) => outcome !== "refused")
  const fresh = possible.find(({ outcome, duplicate }) => outcome === "acked" && duplicate === false)
  if (fresh !== undefined) return fresh
  if (possible.length === 1) return possible[0]
  return possible.length === 2 && possible[1]!.duplicate === true ? possible[0] : undefined
}
