/** What the checker found: a count for each kind of wrong, and the first of each with its ids. */

export const counters = [
  "lost",
  "unexpected",
  "changed",
  "doubled",
  "ackMismatch",
  "gap",
  "realTimeOrder",
  "deviceOrder",
  "deviceGap",
  "undelivered",
  "forbidden",
  "staleRead",
  "actLost",
  "actUnexpected",
  "wrongState",
  "wrongMarker",
  "wrongUnread",
] as const
export type Counter = (typeof counters)[number]

/** What each counter counts, for people. */
export const meaning: Readonly<Record<Counter, string>> = {
  lost: "acknowledged or shown, and not in the final history",
  unexpected: "in the history, and never sent or refused",
  changed: "another body or sender than what was sent",
  doubled: "one client_msg_id twice in the history",
  ackMismatch: "an ack that names another seq or message than the history, or than its first ack",
  gap: "a jump of seq that no sync.gap announced",
  realTimeOrder: "acknowledged before the other was begun, and yet behind it",
  deviceOrder: "one connection's messages in another order than sent",
  deviceGap: "a seq that goes backwards in a connection, or a repeat with other content",
  undelivered: "not received by a member's device that was synced at the end",
  forbidden: "something that a removed member got, or that anybody did without the right",
  staleRead: "a read without what was acknowledged before it was asked for",
  actLost: "an acknowledged edit, deletion, reaction or role that does not stand where its ack says",
  actUnexpected: "an edit, deletion, reaction or role that nobody asked for",
  wrongState: "a message's text, deletion or reactions that are not what the events make of it",
  wrongMarker: "a read marker behind what was acknowledged, or beyond what was reported",
  wrongUnread: "another number of unread messages than a recount",
}

/** How much evidence of each kind is kept; all are counted. */
const keptEvidence = 20

export class Verdict {
  readonly counts: Record<Counter, number>
  readonly evidence: Record<Counter, Array<string>>

  constructor() {
    this.counts = Object.fromEntries(counters.map((name) => [name, 0])) as Record<Counter, number>
    this.evidence = Object.fromEntries(counters.map((name) => [name, [] as Array<string>])) as Record<
      Counter,
      Array<string>
    >
  }

  /** `evidence` is written only while there is room for it. */
  add(counter: Counter, evidence: () => string): void {
    this.counts[counter]++
    const kept = this.evidence[counter]
    if (kept.length < keptEvidence) kept.push(evidence())
  }

  get clean(): boolean {
    return counters.every((name) => this.counts[name] === 0)
  }
}
