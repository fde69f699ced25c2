import type { Entry, Message } from "@parley/client/Entry"
import { expect, it } from "vitest"
import { timelineItems, timelineRows } from "../src/timeline/timelineRows.ts"

const noon = new Date(2026, 10, 24, 12).getTime()
const minute = 60_000
const day = 24 * 60 * minute

const message = (senderId: string, at: number): Message => ({
  kind: "message",
  key: `${senderId}/${at}`,
  senderId,
  text: "hello",
  at,
  state: "sent",
  edited: false,
  deleted: false,
  reactions: [],
  replyCount: 0,
})

/** Each row in a word: the day's name, or the sender with brackets where his run begins and ends. */
const drawn = (entries: ReadonlyArray<Entry>): ReadonlyArray<string> =>
  timelineRows(entries, "ada", noon).map((row) => {
    if (row._tag === "Day") return row.name
    if (row._tag === "Notice") return row.notice.event
    if (row._tag === "New") return "new"
    return `${row.first ? "(" : ""}${row.message.senderId}${row.last ? ")" : ""}`
  })

it("a line tells each new day, by its nearest name", () => {
  const names = drawn([message("bob", noon - day), message("bob", noon)])
  expect(names).toEqual(["Yesterday", "(bob)", "Today", "(bob)"])
})

it("messages of one person within minutes are one run; another person, a pause or a notice ends it", () => {
  const notice: Entry = {
    kind: "notice",
    key: "n",
    seq: 5,
    at: noon + 13 * minute,
    event: "added",
    actorId: "bob",
    userIds: ["cyd"],
  }
  const entries = [
    message("bob", noon),
    message("bob", noon + minute),
    message("ada", noon + 2 * minute),
    message("bob", noon + 3 * minute),
    message("bob", noon + 12 * minute),
    notice,
    message("bob", noon + 14 * minute),
  ]
  expect(drawn(entries)).toEqual(["Today", "(bob", "bob)", "(ada)", "(bob)", "(bob)", "added", "(bob)"])
})

it("every row has a key of its own, also when the clock of the log and one's own disagree about the day", () => {
  const keys = timelineRows(
    [message("bob", noon), message("bob", noon - day), message("ada", noon)],
    "ada",
    noon,
  ).map((row) => row.key)
  expect(new Set(keys).size).toBe(keys.length)
})

it("older messages above leave every item under its key, though the line of their day moves up", () => {
  const newer = [message("bob", noon), message("ada", noon + minute)]
  const keys = (entries: ReadonlyArray<Entry>) =>
    timelineItems(timelineRows(entries, "ada", noon)).map(({ heads, key }) => [key, heads.length])
  const [first, second] = keys(newer)
  expect(keys([message("cyd", noon - minute), ...newer])).toEqual([
    [`cyd/${noon - minute}`, 1],
    [first![0], 0],
    second,
  ])
})
