/** Defects of edits, deletions, reactions and roles. */
import type { Act, Item, Recording } from "../Recording.ts"
import type { SeededRandom } from "../SeededRandom.ts"
import { type Defect, endOf, find, freeSeq, withHistory } from "./Defect.ts"

const findAct = (
  { acts }: Recording,
  random: SeededRandom,
  passes: (act: Act) => boolean,
): Act | undefined => {
  const number = find(acts.length, random, (one) => acts[one]!.outcome === "acked" && passes(acts[one]!))
  return number === undefined ? undefined : acts[number]
}

/** A message of the final history that passes, changed until it is taken back. */
const alter = (
  recording: Recording,
  random: SeededRandom,
  passes: (item: Item) => boolean,
  change: (item: Item) => Item,
): (() => void) | undefined => {
  const conversation = find(recording.history.length, random, (one) => recording.history[one]!.some(passes))
  if (conversation === undefined) return undefined
  const items = recording.history[conversation]!
  const place = find(items.length, random, (one) => passes(items[one]!))
  if (place === undefined) return undefined
  return withHistory(recording, conversation, (changed) => {
    changed[place] = change(items[place]!)
  })
}

export const inActs: ReadonlyArray<Defect> = [
  {
    name: "an acknowledged act stands elsewhere",
    counter: "actLost",
    plant: (recording, random) => {
      const act = findAct(recording, random, ({ kind }) => kind === "react" || kind === "role")
      if (act === undefined) return undefined
      const seq = act.seq!
      act.seq = freeSeq(recording, act.conversation)
      return () => {
        act.seq = seq
      }
    },
  },
  {
    name: "a reaction that nobody gave",
    counter: "actUnexpected",
    plant: (recording, random) => {
      const { acts } = recording
      const act = findAct(
        recording,
        random,
        (one) =>
          one.kind === "react" &&
          acts.filter(
            ({ kind, target, value, user }) =>
              kind === "react" && target === one.target && value === one.value && user === one.user,
          ).length === 1,
      )
      if (act === undefined) return undefined
      act.outcome = "refused"
      return () => {
        act.outcome = "acked"
      }
    },
  },
  {
    name: "an edit by another than the author",
    counter: "forbidden",
    plant: (recording, random) => {
      const { acts, users, contents } = recording
      const act = findAct(
        recording,
        random,
        ({ kind, conversation, seq }) => kind === "edit" && contents.at(conversation, seq!).length > 0,
      )
      if (act === undefined) return undefined
      const another = recording.founders[act.conversation]!.find((user) => user !== act.user)!
      const number = contents.at(act.conversation, act.seq!)[0]!
      const kept = contents.all[number]!
      contents.all[number] = { ...kept, who: users.all[another]! }
      acts.push({ ...act, user: another })
      act.outcome = "refused"
      return () => {
        contents.all[number] = kept
        acts.pop()
        act.outcome = "acked"
      }
    },
  },
  {
    name: "an edited message reads as before",
    counter: "wrongState",
    plant: (recording, random) => {
      const edited = new Set(
        recording.acts.flatMap(({ kind, outcome, target }) =>
          kind === "edit" && outcome === "acked" ? [target] : [],
        ),
      )
      return alter(
        recording,
        random,
        ({ messageId, deleted }) => edited.has(messageId) && deleted !== true,
        (item) => ({ ...item, text: `${item.text} before` }),
      )
    },
  },
  {
    name: "a deleted message is shown",
    counter: "wrongState",
    plant: (recording, random) =>
      alter(
        recording,
        random,
        ({ deleted }) => deleted === true,
        ({ clientMsgId = "", messageId, sender, seq }) => ({
          clientMsgId,
          messageId,
          sender,
          seq,
          text: "still here",
        }),
      ),
  },
  {
    name: "a message shows another count of reactions",
    counter: "wrongState",
    plant: (recording, random) =>
      alter(
        recording,
        random,
        ({ reactions }) => reactions !== undefined,
        (item) => ({ ...item, reactions: `${item.reactions}0` }),
      ),
  },
  {
    name: "a page shows a message without an edit acknowledged before",
    counter: "staleRead",
    plant: (recording, random) => {
      const { sends, reads } = recording
      const act = findAct(
        recording,
        random,
        ({ kind, target }) =>
          kind === "edit" &&
          sends.some((send) => send.attempts.some(({ messageId }) => messageId === target)),
      )
      const send =
        act && sends.find(({ attempts }) => attempts.some(({ messageId }) => messageId === act.target))
      const item =
        act && recording.history[act.conversation]!.find(({ messageId }) => messageId === act.target)
      const user = act && recording.founders[act.conversation]![0]!
      if (send === undefined || item === undefined || user === undefined) return undefined
      const end = endOf(recording)
      reads.push({
        conversation: send.conversation,
        user,
        requestedAt: end,
        answeredAt: end + 1,
        status: 200,
        before: item.seq + 1,
        limit: 1,
        items: [{ seq: item.seq, messageId: item.messageId, sender: item.sender, text: send.text }],
      })
      return () => reads.pop()
    },
  },
]
