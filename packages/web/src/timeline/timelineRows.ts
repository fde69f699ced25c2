/**
 * A conversation's entries as the rows of the page: a line for each new day, messages of one person in runs.
 *
 * `newAfter`: a line stands above the first message of others after this `seq`.
 *
 * Always true: pure; the rows depend on nothing but what is handed in.
 */
import type { Entry, Message, Notice } from "@parley/client/Entry"
import { dayName, dayOf } from "../language/times.ts"

export type TimelineRow =
  | { readonly _tag: "Day"; readonly key: string; readonly name: string }
  | {
      readonly _tag: "Notice"
      readonly key: string
      readonly notice: Notice
      readonly before: Notice | undefined
    }
  | { readonly _tag: "New"; readonly key: string }
  | {
      readonly _tag: "Message"
      readonly key: string
      readonly message: Message
      readonly own: boolean
      /** The first of a run of one person's messages, and the last. */
      readonly first: boolean
      readonly last: boolean
    }

/** A pause longer than this ends a run. */
const runMs = 5 * 60_000

export const timelineRows = (
  entries: ReadonlyArray<Entry>,
  me: string,
  now: number,
  newAfter?: number,
): ReadonlyArray<TimelineRow> => {
  const rows: Array<TimelineRow> = []
  let day: string | undefined
  /** The latest notice that tells the group's name. */
  let before: Notice | undefined
  let told = newAfter === undefined
  entries.forEach((entry, index) => {
    if (dayOf(entry.at) !== day) {
      day = dayOf(entry.at)
      rows.push({ _tag: "Day", key: `day/${day}/${entry.key}`, name: dayName(entry.at, now) })
    }
    if (entry.kind === "notice") {
      rows.push({ _tag: "Notice", key: entry.key, notice: entry, before })
      if (entry.event === "created" || entry.event === "updated") before = entry
      return
    }
    const isNew = !told && entry.seq !== undefined && entry.seq > (newAfter ?? 0) && entry.senderId !== me
    if (isNew) {
      told = true
      rows.push({ _tag: "New", key: "new" })
    }
    rows.push({
      _tag: "Message",
      key: entry.key,
      message: entry,
      own: entry.senderId === me,
      first: isNew || !continues(entries[index - 1], entry),
      last: !continues(entry, entries[index + 1]),
    })
  })
  return rows
}

const continues = (before: Entry | undefined, after: Entry | undefined): boolean =>
  before?.kind === "message" &&
  after?.kind === "message" &&
  before.senderId === after.senderId &&
  dayOf(before.at) === dayOf(after.at) &&
  after.at - before.at < runMs

/** A message or a notice with the lines that stand above it. Its key stays when older messages come in above. */
export interface TimelineItem {
  readonly key: string
  readonly row: TimelineRow & { readonly _tag: "Message" | "Notice" }
  readonly heads: ReadonlyArray<TimelineRow & { readonly _tag: "Day" | "New" }>
}

export const timelineItems = (rows: ReadonlyArray<TimelineRow>): ReadonlyArray<TimelineItem> => {
  const items: Array<TimelineItem> = []
  let heads: Array<TimelineItem["heads"][number]> = []
  for (const row of rows) {
    if (row._tag === "Day" || row._tag === "New") heads.push(row)
    else {
      items.push({ key: row.key, row, heads })
      heads = []
    }
  }
  return items
}

const headPx = 44

/** About how high an item is, in CSS pixels, before it was measured. */
export const estimateItem = ({ heads, row }: TimelineItem): number => {
  const above = heads.length * headPx
  if (row._tag === "Notice") return above + headPx
  const lines = Math.ceil((row.message.text?.length ?? 0) / 60) + (row.message.replyTo === undefined ? 0 : 2)
  return above + 20 + 21 * Math.max(1, Math.min(lines, 40)) + (row.first ? 6 : 2)
}
