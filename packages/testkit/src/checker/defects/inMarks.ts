/** Defects of read markers and unread numbers. */
import type { InboxLine, Recording } from "../Recording.ts"
import type { SeededRandom } from "../SeededRandom.ts"
import { Timeline } from "../Timeline.ts"
import { type Defect, find } from "./Defect.ts"

const alterLine = (
  { inbox }: Recording,
  random: SeededRandom,
  passes: (line: InboxLine) => boolean,
  change: (line: InboxLine) => InboxLine,
): (() => void) | undefined => {
  const number = find(inbox.length, random, (one) => passes(inbox[one]!))
  if (number === undefined) return undefined
  const kept = inbox[number]!
  inbox[number] = change(kept)
  return () => {
    inbox[number] = kept
  }
}

export const inMarks: ReadonlyArray<Defect> = [
  {
    name: "an acknowledged marker is forgotten",
    counter: "wrongMarker",
    plant: (recording, random) => {
      const { inbox, marks } = recording
      const mark = find(
        marks.length,
        random,
        (one) =>
          marks[one]!.outcome === "acked" &&
          marks[one]!.by === "http" &&
          inbox.some(
            ({ user, conversation, readSeq, unread }) =>
              user === marks[one]!.user &&
              conversation === marks[one]!.conversation &&
              readSeq === marks[one]!.upTo &&
              readSeq > 0 &&
              unread > 0,
          ),
      )
      if (mark === undefined) return undefined
      const { user, conversation, upTo } = marks[mark]!
      marks[mark] = { ...marks[mark]!, upTo: upTo + 1 }
      const line = inbox.findIndex((one) => one.user === user && one.conversation === conversation)
      const kept = inbox[line]!
      inbox[line] = { ...kept, lastSeq: Math.max(kept.lastSeq, upTo + 1) }
      return () => {
        marks[mark] = { ...marks[mark]!, upTo }
        inbox[line] = kept
      }
    },
  },
  {
    name: "a marker beyond what was read",
    counter: "wrongMarker",
    plant: (recording, random) => {
      const { marks, inbox } = recording
      const timeline = new Timeline(recording)
      // A report that put the marker where it stands, and never was.
      const number = find(marks.length, random, (one) => {
        const { user, conversation, upTo, outcome } = marks[one]!
        const alone = marks.every(
          (other, place) =>
            place === one || other.user !== user || other.conversation !== conversation || other.upTo < upTo,
        )
        return (
          outcome === "acked" &&
          alone &&
          inbox.some(
            (line) => line.user === user && line.conversation === conversation && line.readSeq === upTo,
          ) &&
          timeline.spansOf(conversation, user).at(-1)!.from < upTo
        )
      })
      if (number === undefined) return undefined
      const kept = marks[number]!
      marks[number] = { ...kept, outcome: "refused" }
      return () => {
        marks[number] = kept
      }
    },
  },
  {
    name: "one unread too many",
    counter: "wrongUnread",
    plant: (recording, random) =>
      alterLine(
        recording,
        random,
        () => true,
        (line) => ({ ...line, unread: line.unread + 1 }),
      ),
  },
]
