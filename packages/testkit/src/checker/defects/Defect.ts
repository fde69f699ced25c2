/** A wrong that is planted in a correct record to see the checker find it, and what planting needs. */
import { VOID } from "../Receipts.ts"
import type { Attempt, Item, Recording, Send } from "../Recording.ts"
import type { SeededRandom } from "../SeededRandom.ts"
import type { Counter } from "../Verdict.ts"

export interface Defect {
  readonly name: string
  /** The one counter that must rise. */
  readonly counter: Counter
  /** It is planted in the log, or against it; others are planted in a record whose log was not read. */
  readonly ofLog?: true
  /** Returns how to take it out, or nothing when the record has no place for it. */
  readonly plant: (recording: Recording, random: SeededRandom) => (() => void) | undefined
}

/** How many places are looked at before it is said that there is none. */
const patience = 20_000

/**
 * A number below `length` that passes, looked for from a random place on in strides that reach every part of the record: a stretch in
 * which nothing passes, such as the crowd after a kill, must not be all that is looked at.
 */
export const find = (
  length: number,
  random: SeededRandom,
  passes: (number: number) => boolean,
): number | undefined => {
  const start = random.below(Math.max(1, length))
  const stride = strideOver(length)
  for (let tried = 0; tried < Math.min(length, patience); tried++) {
    const number = (start + tried * stride) % length
    if (passes(number)) return number
  }
  return undefined
}

/** About the golden section of `length`, whose multiples spread evenly, and coprime to it, so that each number comes once. */
const strideOver = (length: number): number => {
  let stride = Math.max(1, Math.round(length * 0.618_034))
  while (commonDivisor(stride, length) > 1) stride++
  return stride
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))

export interface Standing {
  readonly send: Send
  /** The ack that came first in the list of tries. */
  readonly attempt: Attempt
  readonly item: Item
  readonly place: number
}

/** Nobody ever did anything with it. */
export const isUntouched = ({ acts }: Recording, messageId: string): boolean =>
  acts.every(({ target }) => target !== messageId)

/** An acknowledged message that stands in the history as it was sent. */
export const findAcked = (
  recording: Recording,
  random: SeededRandom,
  also: (standing: Standing) => boolean = () => true,
): Standing | undefined => {
  let found: Standing | undefined
  find(recording.sends.length, random, (number) => {
    const standing = standingOf(recording, recording.sends[number]!)
    if (standing === undefined || !isUntouched(recording, standing.item.messageId) || !also(standing))
      return false
    found = standing
    return true
  })
  return found
}

export const standingOf = (recording: Recording, send: Send): Standing | undefined => {
  const attempt = send.attempts.find(({ outcome }) => outcome === "acked")
  if (attempt === undefined) return undefined
  const history = recording.history[send.conversation] ?? []
  const place = history.findIndex(({ seq }) => seq === attempt.seq)
  return place === -1 ? undefined : { send, attempt, item: history[place]!, place }
}

/** Replaces a conversation's history by another, until it is taken back; meanwhile nobody's unread is counted by it. */
export const withHistory = (
  recording: Recording,
  conversation: number,
  change: (history: Array<Item>) => void,
): (() => void) => {
  const { inbox } = recording
  const kept = recording.history[conversation]!
  const changed = [...kept]
  change(changed)
  recording.history[conversation] = changed
  recording.inbox = inbox.filter((line) => line.conversation !== conversation)
  return () => {
    recording.history[conversation] = kept
    recording.inbox = inbox
  }
}

/** A `seq` at which nothing stands and nobody was shown anything. */
export const freeSeq = ({ history, contents }: Recording, conversation: number): number =>
  Math.max(contents.heightOf(conversation), (history[conversation]?.at(-1)?.seq ?? -1) + 1)

/** When everything was over. */
export const endOf = ({ receipts, reads, sends, changes }: Recording): number => {
  let end = 0
  const see = (at: number | undefined): void => {
    if (at !== undefined && at !== Infinity && at > end) end = at
  }
  for (let row = 0; row < receipts.length; row++) see(receipts.at[row])
  for (const { answeredAt } of reads) see(answeredAt)
  for (const { attempts } of sends)
    for (const { startedAt, answeredAt } of attempts) for (const at of [startedAt, answeredAt]) see(at)
  for (const { answeredAt } of changes) see(answeredAt)
  return end + 1
}

/** The rows of one device and one conversation, in order. */
export const rowsLike = (recording: Recording, row: number): ReadonlyArray<number> => {
  const { receipts, connections } = recording
  const { device } = connections[receipts.connection[row]!]!
  const conversation = receipts.conversation[row]!
  const rows: Array<number> = []
  for (let other = 0; other < receipts.length; other++)
    if (
      receipts.conversation[other] === conversation &&
      receipts.content[other] !== VOID &&
      connections[receipts.connection[other]!]!.device === device
    )
      rows.push(other)
  return rows
}

export const isMessage = ({ receipts, contents }: Recording, row: number): boolean =>
  contents.all[receipts.content[row]!]?.type === "message.new"

export const isOpen = ({ connections }: Recording, connection: number): boolean => {
  const { syncedAt, closedAt } = connections[connection]!
  return syncedAt !== undefined && closedAt === undefined
}
