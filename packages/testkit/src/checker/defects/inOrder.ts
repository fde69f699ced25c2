/** Defects of order: times moved, so that what stands is no order that could have been. */
import type { Send } from "../Recording.ts"
import { type Defect, find, standingOf } from "./Defect.ts"

/** Less than lies between any two things that a process does. */
const moment = 0.000_1

const single = (send: Send): boolean =>
  send.attempts.length === 1 && send.attempts[0]!.outcome === "acked" && send.attempts[0]!.connection >= 0

export const inOrder: ReadonlyArray<Defect> = [
  {
    name: "the earlier of two stands behind the later",
    counter: "realTimeOrder",
    plant: (recording, random) => {
      const { sends, reads } = recording
      let undo: (() => void) | undefined
      find(sends.length, random, (number) => {
        const first = sends[number]!
        const standing = single(first) ? standingOf(recording, first) : undefined
        const next = standing && recording.history[first.conversation]![standing.place + 1]
        const second = next && sends.find((send) => send.text === next.text)
        if (second === undefined || !single(second) || second.user === first.user) return false
        const [began, old] = [first.attempts[0]!.startedAt, second.attempts[0]!]
        const crossed =
          old.startedAt < began ||
          reads.some(
            (read) =>
              read.conversation === first.conversation &&
              read.requestedAt > began - 1 &&
              read.requestedAt < old.answeredAt,
          ) ||
          sends.some(
            (send) =>
              send !== second &&
              send.conversation === second.conversation &&
              send.attempts.some(
                ({ connection, startedAt }) =>
                  connection === old.connection && startedAt > began - 1 && startedAt < old.startedAt,
              ),
          )
        if (crossed) return false
        second.attempts[0] = { ...old, startedAt: began - 2 * moment, answeredAt: began - moment }
        undo = () => {
          second.attempts[0] = old
        }
        return true
      })
      return undo
    },
  },
  {
    name: "a connection's messages stand in another order than sent",
    counter: "deviceOrder",
    plant: (recording, random) => {
      const { sends } = recording
      const last = new Map<string, Send>()
      let undo: (() => void) | undefined
      find(sends.length, random, (number) => {
        const second = sends[number]!
        if (!single(second) || standingOf(recording, second) === undefined) return false
        const old = second.attempts[0]!
        const key = `${old.connection} ${second.conversation}`
        const first = last.get(key)?.attempts[0]
        last.set(key, second)
        if (first === undefined || first.startedAt >= old.startedAt) return false
        second.attempts[0] = { ...old, startedAt: first.startedAt - moment }
        undo = () => {
          second.attempts[0] = old
        }
        return true
      })
      return undo
    },
  },
]
