/**
 * A conversation's entries as the rows of the page: a line for each new day, messages of one person in runs.
 *
 * Always true: pure; the rows depend on nothing but what is handed in.
 */
import type { Entry, Message, Notice } from "/client/Timeline.ts"
import { dayName, dayOf } from "./times.ts"

export type TimelineRow =
  | { readonly _tag: "Day"; readonly key: string; readonly name: string }
  | { readonly _tag: "Notice"; readonly key: string; readonly notice: Notice }
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
): ReadonlyArray<TimelineRow> => {
  const rows: Array<TimelineRow> = []
  let day: string | undefined
  entries.forEach((entry, index) => {
    if (dayOf(entry.at) !== day) {
      day = dayOf(entry.at)
      rows.push({ _tag: "Day", key: `day/${day}/${entry.key}`, name: dayName(entry.at, now) })
    }
    if (entry.kind === "notice") rows.push({ _tag: "Notice", key: entry.key, notice: entry })
    else
      rows.push({
        _tag: "Message",
        key: entry.key,
        message: entry,
        own: entry.senderId === me,
        first: !continues(entries[index - 1], entry),
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
