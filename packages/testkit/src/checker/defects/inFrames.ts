/** Defects of what devices received. */
import { VOID } from "../Receipts.ts"
import type { Recording } from "../Recording.ts"
import type { SeededRandom } from "../SeededRandom.ts"
import { Timeline } from "../Timeline.ts"
import { type Defect, endOf, find, isMessage, isOpen, rowsLike } from "./Defect.ts"

/** A message's row that the device got once, right behind the one before it. */
const findRow = (
  recording: Recording,
  random: SeededRandom,
  also: (row: number, next: number | undefined) => boolean,
  among = recording.receipts.length,
): number | undefined => {
  const { receipts } = recording
  const newest = receipts.length - 1
  const found = find(among, random, (back) => {
    const row = newest - back
    if (!isMessage(recording, row) || !also(row, -1)) return false
    const rows = rowsLike(recording, row)
    const seq = receipts.seq[row]!
    const place = rows.indexOf(row)
    const before = rows[place - 1]
    return (
      before !== undefined &&
      receipts.content[before]! >= 0 &&
      receipts.seq[before] === seq - 1 &&
      rows.filter((other) => receipts.seq[other] === seq && receipts.content[other]! >= 0).length === 1 &&
      also(row, rows[place + 1])
    )
  })
  return found === undefined ? undefined : newest - found
}

/** The newest of a conversation is looked for among the newest of all. */
const newestRows = 5_000

const takeOut = (recording: Recording, row: number, content: number): (() => void) => {
  const kept = recording.receipts.content[row]!
  recording.receipts.content[row] = content
  return () => {
    recording.receipts.content[row] = kept
  }
}

const append = (
  recording: Recording,
  connection: number,
  conversation: number,
  seq: number,
  content: number,
): (() => void) => {
  const { receipts } = recording
  const { length } = receipts
  receipts.add(endOf(recording), connection, conversation, seq, content)
  return () => receipts.cutTo(length)
}

/** The last row that a device, still connected, got of a conversation. */
const findNewest = (recording: Recording, random: SeededRandom): number | undefined =>
  findRow(
    recording,
    random,
    (row, next) =>
      isOpen(recording, recording.receipts.connection[row]!) && (next === undefined || next === -1),
    Math.min(newestRows, recording.receipts.length),
  )

const otherwise = (recording: Recording, row: number): number => {
  const { receipts, contents } = recording
  const content = contents.all[receipts.content[row]!]!
  const other = { ...content, text: `${content.text}?` }
  return contents.numberOf(receipts.conversation[row]!, receipts.seq[row]!, other)
}

export const inFrames: ReadonlyArray<Defect> = [
  {
    name: "a device misses a frame in the middle",
    counter: "gap",
    plant: (recording, random) => {
      const row = findRow(
        recording,
        random,
        (_, next) => next === -1 || (next !== undefined && isMessage(recording, next)),
      )
      return row === undefined ? undefined : takeOut(recording, row, VOID)
    },
  },
  {
    name: "a device misses the newest frame",
    counter: "undelivered",
    plant: (recording, random) => {
      const timeline = new Timeline(recording)
      const { receipts, connections, devices } = recording
      const row = findRow(
        recording,
        random,
        (at, next) =>
          isOpen(recording, receipts.connection[at]!) &&
          (next === undefined || next === -1) &&
          timeline
            .spansOf(receipts.conversation[at]!, devices[connections[receipts.connection[at]!]!.device]!.user)
            .at(-1)?.to === Infinity,
        Math.min(newestRows, receipts.length),
      )
      return row === undefined ? undefined : takeOut(recording, row, VOID)
    },
  },
  {
    name: "a frame reads otherwise for one device",
    counter: "changed",
    plant: (recording, random) => {
      const row = findRow(recording, random, () => true)
      return row === undefined ? undefined : takeOut(recording, row, otherwise(recording, row))
    },
  },
  {
    name: "an older frame comes behind a newer one",
    counter: "deviceGap",
    plant: (recording, random) => {
      const row = findNewest(recording, random)
      if (row === undefined) return undefined
      const { connection, conversation, seq } = recording.receipts
      const [before, where] = [seq[row]! - 1, conversation[row]!]
      const content = recording.contents.at(where, before)[0]!
      return append(recording, connection[row]!, where, before, content)
    },
  },
  {
    name: "a repeated frame reads otherwise",
    counter: "deviceGap",
    plant: (recording, random) => {
      const row = findNewest(recording, random)
      if (row === undefined) return undefined
      const { connection, conversation, seq } = recording.receipts
      return append(recording, connection[row]!, conversation[row]!, seq[row]!, otherwise(recording, row))
    },
  },
  {
    name: "a removed member gets what came after",
    counter: "forbidden",
    plant: (recording, random) => {
      const timeline = new Timeline(recording)
      const { changes, connections, devices, contents } = recording
      const connectionOf = (user: number): number =>
        connections.findIndex(
          ({ device }, number) => devices[device]!.user === user && isOpen(recording, number),
        )
      const after = (number: number): number => {
        const { conversation, user } = changes[number]!
        return (timeline.spansOf(conversation, user).at(-1)?.to ?? Infinity) + 1
      }
      const number = find(changes.length, random, (one) => {
        const { conversation, user } = changes[one]!
        return contents.at(conversation, after(one)).length > 0 && connectionOf(user) !== -1
      })
      if (number === undefined) return undefined
      const { conversation, user } = changes[number]!
      const seq = after(number)
      return append(recording, connectionOf(user), conversation, seq, contents.at(conversation, seq)[0]!)
    },
  },
]
