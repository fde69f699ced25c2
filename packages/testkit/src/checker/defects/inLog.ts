/** Defects between the log and what was shown of it. */
import type { LogOf, Recording } from "../Recording.ts"
import type { SeededRandom } from "../SeededRandom.ts"
import { type Defect, find, isUntouched, withHistory } from "./Defect.ts"

const findTalk = (recording: Recording, random: SeededRandom): number | undefined =>
  find(recording.conversations.all.length, random, (one) => (recording.log?.[one]?.messages.length ?? 0) > 0)

const withLog = (recording: Recording, conversation: number, change: Partial<LogOf>): (() => void) => {
  const log = recording.log!
  const kept = log[conversation]!
  log[conversation] = { ...kept, ...change }
  return () => {
    log[conversation] = kept
  }
}

export const inLog: ReadonlyArray<Defect> = [
  {
    name: "the history lacks what the log has",
    counter: "lost",
    ofLog: true,
    plant: (recording, random) => {
      const talk = findTalk(recording, random)
      if (talk === undefined) return undefined
      const place = recording.history[talk]!.findIndex(({ messageId }) => isUntouched(recording, messageId))
      if (place === -1) return undefined
      return withHistory(recording, talk, (items) => items.splice(place, 1))
    },
  },
  {
    name: "what was shown is beyond the log's end",
    counter: "lost",
    ofLog: true,
    plant: (recording, random) => {
      const talk = findTalk(recording, random)
      if (talk === undefined) return undefined
      return withLog(recording, talk, { events: recording.log![talk]!.events - 1 })
    },
  },
  {
    name: "the history has what the log lacks",
    counter: "unexpected",
    ofLog: true,
    plant: (recording, random) => {
      const talk = findTalk(recording, random)
      if (talk === undefined) return undefined
      const { messages, keys } = recording.log![talk]!
      const { seq } = messages[random.below(messages.length)]!
      return withLog(recording, talk, {
        messages: messages.filter((message) => message.seq !== seq),
        keys: keys.filter((key) => key.seq !== seq),
      })
    },
  },
  {
    name: "the log has a deletion that nobody asked for",
    counter: "actUnexpected",
    ofLog: true,
    plant: (recording, random) => {
      const { acts } = recording
      const deletions = acts.filter(({ kind }) => kind === "delete")
      const askedUnanswered = new Set(
        deletions.filter(({ outcome }) => outcome === "unknown").map(({ target }) => target),
      )
      const acked = deletions.filter(
        ({ outcome, target }) => outcome === "acked" && !askedUnanswered.has(target),
      )
      const number = find(acked.length, random, () => true)
      if (number === undefined) return undefined
      const same = acked.filter(({ target }) => target === acked[number]!.target)
      for (const act of same) act.outcome = "refused"
      return () => {
        for (const act of same) act.outcome = "acked"
      }
    },
  },
  {
    name: "the key index names another seq",
    counter: "ackMismatch",
    ofLog: true,
    plant: (recording, random) => {
      const talk = findTalk(recording, random)
      if (talk === undefined) return undefined
      const { keys } = recording.log![talk]!
      const place = random.below(keys.length)
      const key = keys[place]!
      return withLog(recording, talk, { keys: keys.with(place, { ...key, seq: key.seq + 1 }) })
    },
  },
]
