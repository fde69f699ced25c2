/**
 * Read markers and unread numbers at the end: no marker behind what was acknowledged or beyond what was reported, and the number that a
 * recount of the history gives (protocol, section 6).
 */
import type { InboxLine, Mark, Recording } from "./Recording.ts"
import type { Timeline } from "./Timeline.ts"
import type { Truth } from "./Truth.ts"
import type { Verdict } from "./Verdict.ts"

/**
 * A marker acknowledged over the stream is kept within a second, and in what a write takes; a server killed before that may have lost
 * it, also one that was killed while the answer was on its way.
 */
const keptWithinMs = 1_500

export const checkMarks = (
  recording: Recording,
  truth: Truth,
  timeline: Timeline,
  verdict: Verdict,
): void => {
  const withinMs = keptWithinMs + slowestAckMs(recording)
  const marks = new Map<string, Array<Mark>>()
  for (const mark of recording.marks) {
    const key = `${mark.user} ${mark.conversation}`
    const own = marks.get(key)
    if (own === undefined) marks.set(key, [mark])
    else own.push(mark)
  }
  for (const line of recording.inbox) {
    const { user, conversation, lastSeq, readSeq, unread } = line
    const named = (): string => `${recording.conversations.all[conversation]} of ${recording.users.all[user]}`
    const own = marks.get(`${user} ${conversation}`) ?? []
    const joined = timeline.spansOf(conversation, user).at(-1)?.from ?? 0
    const kept = own
      .filter((mark) => surelyKept(recording, mark, withinMs))
      .reduce<Mark | undefined>(
        (most, mark) => (most === undefined || mark.upTo > most.upTo ? mark : most),
        undefined,
      )
    const least = Math.max(joined, kept?.upTo ?? 0)
    const most = Math.max(
      joined,
      ...own.filter(({ outcome }) => outcome !== "refused").map(({ upTo }) => upTo),
    )
    if (readSeq < Math.min(least, lastSeq))
      verdict.add(
        "wrongMarker",
        () =>
          `${named()}: at ${readSeq}, joined at ${joined}, and ${kept?.upTo} was acknowledged over ${kept?.by} at ${kept?.answeredAt.toFixed(0)}; killed at ${recording.kills.map((at) => at.toFixed(0)).join(", ") || "no time"}`,
      )
    if (readSeq > Math.min(most, lastSeq))
      verdict.add("wrongMarker", () => `${named()}: at ${readSeq}, reported up to ${most}`)
    const recounted = recount(recording, truth, line)
    if (recounted !== unread)
      verdict.add("wrongUnread", () => `${named()}: ${unread} behind ${readSeq}, counted again ${recounted}`)
  }
}

const surelyKept = (
  { kills }: Recording,
  { by, outcome, requestedAt, answeredAt }: Mark,
  withinMs: number,
): boolean =>
  outcome === "acked" &&
  (by === "http" || !kills.some((at) => at >= requestedAt && at < answeredAt + withinMs))

/** What a write took at most in this run, on the connection that asked for it: on a busy machine seconds. */
const slowestAckMs = ({ sends }: Recording): number => {
  let slowest = 0
  for (const { attempts } of sends)
    for (const { answeredAt, outcome, startedAt } of attempts)
      if (outcome === "acked") slowest = Math.max(slowest, answeredAt - startedAt)
  return slowest
}

const recount = ({ users }: Recording, truth: Truth, { conversation, user, readSeq }: InboxLine): number => {
  const history = truth.historyOf(conversation)
  let count = 0
  for (let place = truth.placeFrom(conversation, readSeq + 1); place < history.length; place++) {
    const { sender, deleted } = history[place]!
    if (deleted !== true && sender !== users.all[user]) count++
  }
  return count
}
