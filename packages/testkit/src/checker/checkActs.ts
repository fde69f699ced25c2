/**
 * Edits, deletions, reactions and roles: each acknowledged one stands where its ack says, each that stands was asked for by one who
 * might, and what the history shows at the end is what they make of it.
 */
import { type Alterations, reactionsText } from "./Alterations.ts"
import type { Act, Alteration, Item, Recording } from "./Recording.ts"
import type { Timeline } from "./Timeline.ts"
import { type Truth, wasRefused } from "./Truth.ts"
import type { Verdict } from "./Verdict.ts"

export const checkActs = (
  recording: Recording,
  truth: Truth,
  timeline: Timeline,
  alterations: Alterations,
  verdict: Verdict,
): void => {
  const asked = new Map<string, Array<Act>>()
  for (const act of recording.acts) {
    const key = `${act.conversation} ${act.kind} ${act.target}`
    const own = asked.get(key)
    if (own === undefined) asked.set(key, [act])
    else own.push(act)
    checkAck(recording, truth, alterations, act, verdict)
  }
  recording.conversations.all.forEach((where, conversation) => {
    const roleOf = (who: string, seq: number): string | undefined => {
      const span = timeline
        .spansOf(conversation, recording.users.numberOf(who))
        .find(({ from, to }) => from <= seq && seq <= to)
      return span && alterations.roleOf(conversation, who, seq, span.from)
    }
    const counts = new Map<string, Set<string>>()
    for (const alteration of alterations.all(conversation)) {
      const { kind, seq, target, who } = alteration
      const named = (): string => `${where} ${seq}: ${kind} of ${target} by ${who}`
      const acts = asked.get(`${conversation} ${kind} ${target}`) ?? []
      if (!acts.some((act) => explains(recording, act, alteration))) verdict.add("actUnexpected", named)
      const message = kind === "role" ? undefined : truth.byMessageId(target)
      const author = message && truth.at(conversation, message.seq)?.sender
      if (kind !== "role" && (message === undefined || message.seq >= seq))
        verdict.add("wrongState", () => `${named()}: no such message before it`)
      if (!mayDo(alteration, author, roleOf(who, seq)))
        verdict.add("forbidden", () => `${named()}, then ${roleOf(who, seq)}; the author is ${author}`)
      const wrong = wrongCount(recording, conversation, alteration, counts)
      if (wrong !== undefined) verdict.add("wrongState", () => `${named()}: ${wrong}`)
    }
    truth.historyOf(conversation).forEach((item, place) => {
      const send = recording.sends[truth.sendAt[conversation]![place]!]
      const wrong = wrongIn(alterations, conversation, item, send?.text)
      if (wrong !== undefined)
        verdict.add("wrongState", () => `${where} ${item.seq} ${item.messageId}: ${wrong}`)
      if (send !== undefined && !wasRefused(send) && roleOf(item.sender, item.seq) === "reader")
        verdict.add("forbidden", () => `${where} ${item.seq} ${item.messageId}: written by a reader`)
    })
  })
}

const explains = ({ users }: Recording, act: Act, { kind, who, value }: Alteration): boolean =>
  act.outcome !== "refused" &&
  act.kind === kind &&
  users.all[act.user] === who &&
  (kind === "delete" || value === undefined || act.value === value)

/** Repeats are answered by the event that stands; taking away a reaction that is not there, by the message itself. */
const checkAck = (
  recording: Recording,
  truth: Truth,
  alterations: Alterations,
  act: Act,
  verdict: Verdict,
): void => {
  if (act.outcome !== "acked") return
  const { conversations, users } = recording
  const { conversation, kind, target, value, seq, user } = act
  // A role's answer names no `seq`.
  const standing = alterations
    .all(conversation)
    .find((one) =>
      seq === undefined ? explains(recording, act, one) && one.target === target : one.seq === seq,
    )
  const own =
    standing?.kind === kind &&
    standing.target === target &&
    (kind === "delete" || standing.value === value) &&
    (kind === "delete" || kind === "role" || standing.who === users.all[user])
  if (own || (kind === "unreact" && truth.byMessageId(target)?.seq === seq)) return
  // He was a member already: nothing had to change.
  if (kind === "role" && seq === undefined && value === "member") return
  verdict.add(
    "actLost",
    () =>
      `${conversations.all[conversation]} ${kind} ${value.slice(0, 40)} of ${target} by ${users.all[user]}: acked as ${seq}, where ${standing === undefined ? "nothing of the kind" : `${standing.kind} of ${standing.target}`} stands`,
  )
}

/** Admins and owners delete others' messages, owners give roles; all else is an author's or one's own, and readers do nothing. */
const mayDo = ({ kind, who }: Alteration, author: string | undefined, role: string | undefined): boolean => {
  if (role === undefined || role === "reader") return false
  if (kind === "role") return role === "owner"
  if (kind === "edit") return who === author
  return kind !== "delete" || who === author || role === "owner" || role === "admin"
}

/** A frame of a reaction names the resulting count. */
const wrongCount = (
  { contents }: Recording,
  conversation: number,
  { kind, seq, target, who, value = "" }: Alteration,
  counts: Map<string, Set<string>>,
): string | undefined => {
  if (kind !== "react" && kind !== "unreact") return undefined
  const key = `${target} ${value}`
  const people = counts.get(key) ?? new Set()
  counts.set(key, people)
  if (kind === "react") people.add(who)
  else people.delete(who)
  const shown = contents.at(conversation, seq).map((number) => contents.all[number]!.text)
  const wrong = shown.find((text) => text !== "" && text !== `${value} ${people.size}`)
  return wrong === undefined ? undefined : `a frame says ${wrong}, the events make it ${people.size}`
}

/** Of a message that nothing altered, the text is judged with what was sent. */
const wrongIn = (
  alterations: Alterations,
  conversation: number,
  item: Item,
  sent: string | undefined,
): string | undefined => {
  const standing = alterations.standing(conversation, item.messageId)
  if (standing === undefined) {
    if (item.deleted === true) return "shown as deleted, and nobody deleted it"
    return (item.reactions ?? "") === "" ? undefined : `shown with ${item.reactions}, and nobody reacted`
  }
  if (standing.deleted !== (item.deleted === true))
    return standing.deleted ? "deleted, and shown" : "shown as deleted, and nobody deleted it"
  const text = standing.deleted ? "" : (standing.text ?? sent)
  if (text !== undefined && item.text !== text)
    return `reads ${item.text.slice(0, 60)}, not ${text.slice(0, 60)}`
  const reactions = reactionsText(standing)
  return (item.reactions ?? "") === reactions
    ? undefined
    : `has ${item.reactions ?? "no reactions"}, not ${reactions}`
}
