/** Pages of history: each holds what was acknowledged before it was asked for, nothing else than the truth, and nothing for who was removed. */
import type { Alterations } from "./Alterations.ts"
import type { Act, MemberChange, Read, Recording } from "./Recording.ts"
import { firstAckAt, type Truth } from "./Truth.ts"
import type { Verdict } from "./Verdict.ts"

export const checkReads = (
  recording: Recording,
  truth: Truth,
  alterations: Alterations,
  verdict: Verdict,
): void => {
  const acts = ackedByMessage(recording)
  const changes = new Map<string, Array<MemberChange>>()
  for (const change of recording.changes) {
    const key = `${change.conversation} ${change.user}`
    const own = changes.get(key)
    if (own === undefined) changes.set(key, [change])
    else own.push(change)
  }
  const wrong = new Set<string>()
  for (const read of recording.reads) {
    const own = changes.get(`${read.conversation} ${read.user}`) ?? []
    const named = (): string =>
      `${recording.conversations.all[read.conversation]} read by ${recording.users.all[read.user]} at ${read.requestedAt.toFixed(1)}`
    if (read.status === 200 && surelyOut(own, read)) {
      verdict.add("forbidden", () => `${named()}: ${read.items.length} messages after his removal`)
      continue
    }
    if (read.status === 404 || read.status === 403) {
      const founder = recording.founders[read.conversation]?.includes(read.user) === true
      if (surelyIn(own, read, founder))
        verdict.add("staleRead", () => `${named()}: a member was answered ${read.status}`)
    }
    if (read.status !== 200) continue
    for (const item of read.items) {
      const standing = truth.at(read.conversation, item.seq)
      const version =
        standing?.messageId === item.messageId && standing.sender === item.sender
          ? alterations.since(
              read.conversation,
              item.messageId,
              truth.sentAt(read.conversation, item.seq),
              item.text,
            )
          : undefined
      if (version !== undefined) {
        const missed = acts
          .get(item.messageId)
          ?.find((act) => act.answeredAt < read.requestedAt && act.seq! > version)
        if (missed !== undefined)
          verdict.add(
            "staleRead",
            () => `${named()}: ${item.messageId} without its ${missed.kind} at ${missed.seq}`,
          )
        continue
      }
      const key = `${read.conversation} ${item.seq} ${item.messageId} ${item.text}`
      if (wrong.has(key)) continue
      wrong.add(key)
      verdict.add(
        standing === undefined ? "lost" : "changed",
        () => `${named()}: ${item.seq} ${item.messageId} ${item.text.slice(0, 80)}`,
      )
    }
    const missing = missingOf(recording, truth, read)
    if (missing !== undefined) verdict.add("staleRead", () => `${named()}: without ${missing}`)
  }
}

/** Edits and deletions that were acknowledged, by message. */
const ackedByMessage = ({ acts }: Recording): Map<string, Array<Act>> => {
  const byMessage = new Map<string, Array<Act>>()
  for (const act of acts) {
    if (act.outcome !== "acked" || (act.kind !== "edit" && act.kind !== "delete")) continue
    const own = byMessage.get(act.target)
    if (own === undefined) byMessage.set(act.target, [act])
    else own.push(act)
  }
  return byMessage
}

/** A message of the page's range that was acknowledged before the page was asked for, and is not in it. */
const missingOf = (recording: Recording, truth: Truth, read: Read): string | undefined => {
  const { items, limit, before, after, conversation } = read
  const full = items.length >= limit
  const from = after !== undefined ? after + 1 : full ? items[0]!.seq : 0
  const to = after !== undefined ? (full ? items.at(-1)!.seq : Infinity) : (before ?? Infinity) - 1
  const history = truth.historyOf(conversation)
  const got = new Set(items.map(({ seq }) => seq))
  for (let place = truth.placeFrom(conversation, from); place < history.length; place++) {
    const { seq, messageId } = history[place]!
    if (seq > to) break
    if (got.has(seq)) continue
    const send = truth.sendAt[conversation]![place]!
    if (send !== -1 && firstAckAt(recording.sends[send]!) < read.requestedAt) return `${seq} ${messageId}`
  }
  return undefined
}

const endOf = ({ answeredAt }: MemberChange): number => answeredAt ?? Infinity

/** A removal was acknowledged before the read was asked for, and no addition can have come after it. */
const surelyOut = (changes: ReadonlyArray<MemberChange>, read: Read): boolean =>
  changes.some(
    (removal) =>
      removal.kind === "remove" &&
      endOf(removal) < read.requestedAt &&
      changes.every(
        (other) =>
          other.kind === "remove" ||
          endOf(other) < removal.requestedAt ||
          other.requestedAt > read.answeredAt,
      ),
  )

/** He was in, by an acknowledged addition or from the beginning, and no removal can have come after it. */
const surelyIn = (changes: ReadonlyArray<MemberChange>, read: Read, founder: boolean): boolean => {
  const noRemovalSince = (since: number): boolean =>
    changes.every(
      (other) => other.kind === "add" || endOf(other) < since || other.requestedAt > read.answeredAt,
    )
  return (
    (founder && noRemovalSince(-Infinity)) ||
    changes.some(
      (added) => added.kind === "add" && endOf(added) < read.requestedAt && noRemovalSince(added.requestedAt),
    )
  )
}
