/** Lost, unexpected, changed, doubled, ack mismatch: what was sent and acknowledged against what stands at the end. */
import type { Alterations } from "./Alterations.ts"
import type { Attempt, Recording, Send } from "./Recording.ts"
import type { Timeline } from "./Timeline.ts"
import { type Truth, wasRefused } from "./Truth.ts"
import type { Verdict } from "./Verdict.ts"

export const checkHistory = (
  recording: Recording,
  truth: Truth,
  timeline: Timeline,
  alterations: Alterations,
  verdict: Verdict,
): void => {
  const users = recording.users.all
  const where = (conversation: number): string => recording.conversations.all[conversation]!
  for (const { item, conversation } of truth.strangers)
    verdict.add("unexpected", () => `${where(conversation)} ${item.seq} ${item.messageId}: nobody sent it`)
  for (const { item, send } of truth.doubles)
    verdict.add("doubled", () => `${where(send.conversation)} ${item.seq} ${send.clientMsgId} again`)
  recording.sends.forEach((send, number) => {
    const item = truth.itemOf(number)
    const named = `${where(send.conversation)} ${users[send.user]} ${send.clientMsgId}`
    const acks = acksOf(send)
    if (item === undefined) {
      if (acks.length > 0)
        verdict.add("lost", () => `${named}: acked as ${acks[0]!.seq} ${acks[0]!.messageId}`)
      return
    }
    if (wasRefused(send)) {
      verdict.add("unexpected", () => `${named} ${item.seq}: refused with ${send.attempts.at(-1)?.code}`)
      return
    }
    const altered = alterations.standing(send.conversation, item.messageId) !== undefined
    if ((item.text !== send.text && !altered && item.deleted !== true) || item.sender !== users[send.user])
      verdict.add("changed", () => `${named} ${item.seq}: by ${item.sender}: ${item.text.slice(0, 80)}`)
    if (!timeline.isIn(send.conversation, send.user, item.seq))
      verdict.add("forbidden", () => `${named} ${item.seq}: written by one who was not a member`)
    const wrong = wrongAck(send, acks, item, recording.asksAgain)
    if (wrong !== undefined) verdict.add("ackMismatch", () => `${named} stands at ${item.seq}: ${wrong}`)
  })
  for (const change of recording.changes) {
    if (change.changed !== true) continue
    const seen = recording.contents.at(change.conversation, change.seq!)[0]
    if (seen === undefined) continue
    const { type, who } = recording.contents.all[seen]!
    const right = type === (change.kind === "add" ? "member.added" : "member.removed")
    if (!right || !who.split(",").includes(users[change.user]!))
      verdict.add(
        "ackMismatch",
        () => `${where(change.conversation)} ${change.kind} ${users[change.user]} at ${change.seq}: ${type}`,
      )
  }
}

const acksOf = (send: Send): ReadonlyArray<Attempt> =>
  send.attempts
    .filter(({ outcome }) => outcome === "acked")
    .sort((one, other) => one.answeredAt - other.answeredAt)

const wrongAck = (
  send: Send,
  acks: ReadonlyArray<Attempt>,
  item: { readonly seq: number; readonly messageId: string },
  asksAgain: boolean,
): string | undefined => {
  for (const { seq, messageId } of acks)
    if (seq !== item.seq || messageId !== item.messageId) return `an ack says ${seq} ${messageId}`
  if (acks.filter(({ duplicate }) => duplicate === false).length > 1) return "two acks, neither a duplicate"
  if (!asksAgain && acks[0]?.duplicate === true && send.attempts.length === 1)
    return "the only try is called a duplicate"
  return undefined
}

/** The log itself against the history: the same messages, each named once by the key index, and nothing shown beyond its end. */
export const checkLog = (recording: Recording, truth: Truth, verdict: Verdict): void => {
  recording.log?.forEach((log, conversation) => {
    const where = recording.conversations.all[conversation]!
    const inLog = new Set<number>()
    const keys = new Map(log.keys.map((key) => [`${key.sender} ${key.clientMsgId}`, key]))
    const seen = new Set<string>()
    for (const message of log.messages) {
      inLog.add(message.seq)
      const standing = truth.at(conversation, message.seq)
      if (standing === undefined)
        verdict.add("lost", () => `${where} ${message.seq} ${message.messageId}: in the log only`)
      else if (standing.messageId !== message.messageId || standing.sender !== message.sender)
        verdict.add("ackMismatch", () => `${where} ${message.seq}: the log has ${message.messageId}`)
      const key = `${message.sender} ${message.clientMsgId}`
      if (seen.has(key)) verdict.add("doubled", () => `${where} ${message.seq}: ${key} again in the log`)
      else if (keys.get(key)?.seq !== message.seq || keys.get(key)?.messageId !== message.messageId)
        verdict.add("ackMismatch", () => `${where} ${message.seq}: the key index has ${keys.get(key)?.seq}`)
      seen.add(key)
    }
    if (keys.size !== seen.size)
      verdict.add("ackMismatch", () => `${where}: ${keys.size} keys for ${seen.size} messages`)
    for (const item of truth.historyOf(conversation))
      if (!inLog.has(item.seq))
        verdict.add("unexpected", () => `${where} ${item.seq} ${item.messageId}: not in the log`)
    recording.contents.each(conversation, (seq, { type }) => {
      if (seq >= log.events)
        verdict.add("lost", () => `${where} ${seq}: ${type} was shown, the log has ${log.events} events`)
    })
  })
}
