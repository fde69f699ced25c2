/** Defects of what stands at the end, and of the acks that promised it. */
import { firstAckAt, wasRefused } from "../Truth.ts"
import { type Defect, find, findAcked, freeSeq, isUntouched, withHistory } from "./Defect.ts"

export const inHistory: ReadonlyArray<Defect> = [
  {
    name: "an acknowledged message is gone",
    counter: "lost",
    plant: (recording, random) => {
      const found = findAcked(recording, random)
      return found && withHistory(recording, found.send.conversation, (items) => items.splice(found.place, 1))
    },
  },
  {
    name: "the end of a history is cut off",
    counter: "lost",
    plant: (recording, random) => {
      const { history, sends } = recording
      const talk = find(history.length, random, (one) => {
        const last = history[one]?.at(-1)
        return (
          last !== undefined &&
          isUntouched(recording, last.messageId) &&
          sends.some((send) => send.text === last.text && firstAckAt(send) < Infinity)
        )
      })
      return talk === undefined ? undefined : withHistory(recording, talk, (items) => items.pop())
    },
  },
  {
    name: "a message that nobody sent",
    counter: "unexpected",
    plant: (recording, random) => {
      const found = findAcked(recording, random)
      if (found === undefined) return undefined
      const seq = freeSeq(recording, found.send.conversation)
      const item = { seq, messageId: "msg_nobody", sender: found.item.sender, text: "nobody said this" }
      return withHistory(recording, found.send.conversation, (items) => items.push(item))
    },
  },
  {
    name: "a refused message stands all the same",
    counter: "unexpected",
    plant: (recording, random) => {
      const number = find(recording.sends.length, random, (one) => wasRefused(recording.sends[one]!))
      if (number === undefined) return undefined
      const { conversation, user, text } = recording.sends[number]!
      const seq = freeSeq(recording, conversation)
      const item = { seq, messageId: "msg_refused", sender: recording.users.all[user]!, text }
      return withHistory(recording, conversation, (items) => items.push(item))
    },
  },
  {
    name: "a body reads otherwise",
    counter: "changed",
    plant: (recording, random) => {
      const found = findAcked(recording, random)
      if (found === undefined) return undefined
      const { item, place, send } = found
      return withHistory(recording, send.conversation, (items) => {
        items[place] = { ...item, text: `${item.text}!` }
      })
    },
  },
  {
    name: "a message bears another's name",
    counter: "changed",
    plant: (recording, random) => {
      const found = findAcked(recording, random)
      if (found === undefined) return undefined
      const { item, place, send } = found
      // Nobody who may have been a reader then: that would be a second fault.
      const readers = new Set(
        recording.acts
          .filter(({ conversation, value }) => conversation === send.conversation && value === "reader")
          .map(({ target }) => target),
      )
      const another = recording.users.all.find((user) => user !== item.sender && !readers.has(user))
      if (another === undefined) return undefined
      return withHistory(recording, send.conversation, (items) => {
        items[place] = { ...item, sender: another }
      })
    },
  },
  {
    name: "one client_msg_id twice",
    counter: "doubled",
    plant: (recording, random) => {
      const found = findAcked(recording, random)
      if (found === undefined) return undefined
      const seq = freeSeq(recording, found.send.conversation)
      return withHistory(recording, found.send.conversation, (items) =>
        items.push({ ...found.item, seq, messageId: "msg_again" }),
      )
    },
  },
  {
    name: "an ack names another seq",
    counter: "ackMismatch",
    plant: (recording, random) => {
      const found = findAcked(recording, random)
      if (found === undefined) return undefined
      const { attempt } = found
      const seq = attempt.seq!
      attempt.seq = seq + 1
      return () => {
        attempt.seq = seq
      }
    },
  },
  {
    name: "an ack names another message",
    counter: "ackMismatch",
    plant: (recording, random) => {
      const found = findAcked(recording, random)
      if (found === undefined) return undefined
      const { attempt } = found
      const messageId = attempt.messageId!
      attempt.messageId = "msg_another"
      return () => {
        attempt.messageId = messageId
      }
    },
  },
  {
    name: "a repeated send gets another ack than the first",
    counter: "ackMismatch",
    plant: (recording, random) => {
      const found = findAcked(
        recording,
        random,
        ({ send }) => send.attempts.filter(({ outcome }) => outcome === "acked").length > 1,
      )
      const again = found?.send.attempts.findLast(({ outcome }) => outcome === "acked")
      if (again === undefined) return undefined
      const seq = again.seq!
      again.seq = seq + 1
      return () => {
        again.seq = seq
      }
    },
  },
]
