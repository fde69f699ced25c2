/**
 * What each device received, in the order of its receipt: no gap, nothing backwards, nothing changed, nothing that is not its business,
 * and at the end nothing missing.
 *
 * Always true: one pass over the rows; what is known of a device and a conversation is a handful of numbers.
 */
import type { Alterations } from "./Alterations.ts"
import { frameFault } from "./frameFault.ts"
import { GAP } from "./Receipts.ts"
import { trailOf } from "./trailOf.ts"
import type { Recording } from "./Recording.ts"
import type { Span, Timeline } from "./Timeline.ts"
import { type Truth, wasRefused } from "./Truth.ts"
import type { Verdict } from "./Verdict.ts"

interface Holding {
  /** The last `seq` held; meaningless until `started`. */
  held: number
  started: boolean
  /** The connection that brought the last frame, and its `seq`. */
  connection: number
  last: number
  readonly spans: ReadonlyArray<Span>
  /** Where this device got another content than the first that anybody got. */
  own: Map<number, number> | undefined
}

export const checkFrames = (
  recording: Recording,
  truth: Truth,
  timeline: Timeline,
  alterations: Alterations,
  verdict: Verdict,
): void => {
  const { receipts, contents, connections, devices } = recording
  const many = recording.conversations.all.length
  const holdings = new Map<number, Holding>()
  const judged = new Uint8Array(contents.all.length)
  const first = firstSyncs(recording)

  const named = (row: number): string => {
    const { name } = devices[connections[receipts.connection[row]!]!.device]!
    return `${recording.conversations.all[receipts.conversation[row]!]} ${receipts.seq[row]} to ${name} on connection ${receipts.connection[row]}`
  }

  for (let row = 0; row < receipts.length; row++) {
    const content = receipts.content[row]!
    if (content < GAP) continue
    const connection = receipts.connection[row]!
    const conversation = receipts.conversation[row]!
    const seq = receipts.seq[row]!
    const { device, from } = connections[connection]!
    const key = device * many + conversation
    let holding = holdings.get(key)
    if (holding === undefined) {
      const spans = timeline.spansOf(conversation, devices[device]!.user)
      holding = { held: -1, started: false, connection: -1, last: -1, spans, own: undefined }
      holdings.set(key, holding)
    }
    if (content === GAP) {
      if (!holding.started || seq > holding.held) holding.held = seq
      holding.started = true
      continue
    }
    if (!mayGet(holding.spans, seq)) {
      verdict.add(
        "forbidden",
        () => `${named(row)}: member ${spansText(holding.spans)}; ${trailOf(recording, row)}`,
      )
      continue
    }
    if (holding.connection === connection && seq < holding.last) {
      verdict.add("deviceGap", () => `${named(row)}: after ${holding.last}`)
      continue
    }
    holding.connection = connection
    holding.last = seq
    if (holding.started && seq <= holding.held) {
      const before = holding.own?.get(seq) ?? contents.at(conversation, seq)[0]!
      if (content !== before && !isLater(recording, alterations, conversation, before, content))
        verdict.add("deviceGap", () => `${named(row)}: repeated with another content`)
      continue
    }
    if (!follows(holding, seq, from === "now"))
      verdict.add(
        "gap",
        () => `${named(row)}: member ${spansText(holding.spans)}; ${trailOf(recording, row)}`,
      )
    holding.held = seq
    holding.started = true
    if (content !== contents.at(conversation, seq)[0]) (holding.own ??= new Map()).set(seq, content)
    if (judged[content] === 1) continue
    judged[content] = 1
    const fault = frameFault(contents.all[content]!, truth, alterations, conversation, seq)
    if (fault !== undefined) verdict.add(fault, () => `${named(row)}: ${contents.all[content]!.text}`)
  }

  for (const { device, number } of connectedAtEnd(recording)) {
    const { user, name } = devices[device]!
    for (let conversation = 0; conversation < many; conversation++) {
      const span = timeline.spansOf(conversation, user).at(-1)
      if (span === undefined || span.to !== Infinity) continue
      const holding = holdings.get(device * many + conversation)
      const held = holding?.started === true ? holding.held : undefined
      const since = held === undefined ? first[device]! : -Infinity
      const history = truth.historyOf(conversation)
      const place = truth.placeFrom(conversation, held === undefined ? span.from : held + 1)
      for (let missing = place; missing < history.length; missing++) {
        const send = recording.sends[truth.sendAt[conversation]![missing]!]
        if (send === undefined || wasRefused(send) || send.attempts[0]!.startedAt < since) continue
        const { seq } = history[missing]!
        if (timeline.isIn(conversation, send.user, seq))
          verdict.add(
            "undelivered",
            () => `${recording.conversations.all[conversation]} ${seq} to ${name} on connection ${number}`,
          )
      }
    }
  }
}

/** The same message again as it reads since: a replay shows the present. */
const isLater = (
  { contents }: Recording,
  alterations: Alterations,
  conversation: number,
  before: number,
  after: number,
): boolean => {
  const [one, other] = [contents.all[before]!, contents.all[after]!]
  if (other.type !== "message.new" || one.messageId !== other.messageId || one.who !== other.who) return false
  const since = (text: string): number => alterations.since(conversation, one.messageId, undefined, text) ?? 0
  return since(other.text) > since(one.text)
}

const spansText = (spans: ReadonlyArray<Span>): string =>
  spans.map(({ from, to }) => `${from}–${to === Infinity ? "" : to}`).join(" ") || "never"

/** Within a membership, or before the first one: a new member may be shown what was before him. */
const mayGet = (spans: ReadonlyArray<Span>, seq: number): boolean => {
  if (spans.length === 0) return false
  if (seq < spans[0]!.from) return true
  for (let i = spans.length - 1; i >= 0; i--) if (spans[i]!.from <= seq) return seq <= spans[i]!.to
  return false
}

/** The next number; or his own joining, when nothing is held, or all that came before his removal. */
const follows = ({ started, held, spans }: Holding, seq: number, fromNow: boolean): boolean => {
  if (started && seq === held + 1) return true
  const joining = spans.findIndex(({ from }) => from === seq)
  if (!started) return fromNow || seq === 0 || joining !== -1
  return joining > 0 && held >= spans[joining - 1]!.to
}

/** By device: when its first sync was complete. What was begun after that must reach it. */
const firstSyncs = ({ devices, connections }: Recording): Float64Array => {
  const first = new Float64Array(devices.length).fill(Infinity)
  for (const { device, syncedAt } of connections)
    if (syncedAt !== undefined && syncedAt < first[device]!) first[device] = syncedAt
  return first
}

const connectedAtEnd = ({
  connections,
}: Recording): ReadonlyArray<{ readonly device: number; readonly number: number }> =>
  connections
    .map(({ device, syncedAt, closedAt }, number) => ({ device, number, syncedAt, closedAt }))
    .filter(({ syncedAt, closedAt }) => syncedAt !== undefined && closedAt === undefined)
