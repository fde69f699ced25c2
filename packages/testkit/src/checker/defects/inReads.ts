/** Defects of pages, and of what a removed member can do. */
import type { MemberChange, Read, Recording, Send } from "../Recording.ts"
import { type Defect, endOf, find, freeSeq, withHistory } from "./Defect.ts"

const lastRemoval = (
  { changes }: Recording,
  random: { below: (n: number) => number },
): MemberChange | undefined => {
  const last = changes.filter(
    ({ conversation, user, kind, answeredAt }, place) =>
      kind === "remove" &&
      answeredAt !== undefined &&
      !changes.some(
        (other, later) => later > place && other.conversation === conversation && other.user === user,
      ),
  )
  return last.length === 0 ? undefined : last[random.below(last.length)]
}

const pushRead = (
  recording: Recording,
  read: Partial<Read> & Pick<Read, "conversation" | "user" | "status">,
): (() => void) => {
  const end = endOf(recording)
  recording.reads.push({ requestedAt: end, answeredAt: end + 1, limit: 50, items: [], ...read })
  return () => recording.reads.pop()
}

export const inReads: ReadonlyArray<Defect> = [
  {
    name: "a page lacks what was acknowledged before",
    counter: "staleRead",
    plant: (recording, random) => {
      const { reads, sends } = recording
      const acked = new Map(
        sends.flatMap(({ text, attempts }) =>
          attempts
            .filter(({ outcome }) => outcome === "acked")
            .map(({ answeredAt }) => [text, answeredAt] as const),
        ),
      )
      const old = (read: Read): number =>
        read.status === 200
          ? read.items.findIndex(({ text }) => (acked.get(text) ?? Infinity) < read.requestedAt)
          : -1
      const number = find(reads.length, random, (one) => old(reads[one]!) !== -1)
      if (number === undefined) return undefined
      const read = reads[number]!
      const { items } = read
      read.items = items.toSpliced(old(read), 1)
      return () => {
        read.items = items
      }
    },
  },
  {
    name: "a member is told that there is no such conversation",
    counter: "staleRead",
    plant: (recording, random) => {
      const { founders, changes } = recording
      const still = (conversation: number): number | undefined =>
        founders[conversation]?.find(
          (user) => !changes.some((change) => change.conversation === conversation && change.user === user),
        )
      const conversation = find(founders.length, random, (one) => still(one) !== undefined)
      if (conversation === undefined) return undefined
      return pushRead(recording, { conversation, user: still(conversation)!, status: 404 })
    },
  },
  {
    name: "a removed member reads on",
    counter: "forbidden",
    plant: (recording, random) => {
      const removal = lastRemoval(recording, random)
      if (removal === undefined) return undefined
      return pushRead(recording, { conversation: removal.conversation, user: removal.user, status: 200 })
    },
  },
  {
    name: "a removed member writes on",
    counter: "forbidden",
    plant: (recording, random) => {
      const removal = lastRemoval(recording, random)
      if (removal === undefined) return undefined
      const { conversation, user } = removal
      const seq = freeSeq(recording, conversation)
      const text = "written after the removal"
      const [end, messageId] = [endOf(recording), "msg_former"]
      const send: Send = {
        conversation,
        user,
        clientMsgId: "c-former",
        text,
        attempts: [
          {
            connection: -1,
            startedAt: end,
            answeredAt: end + 1,
            outcome: "acked",
            seq,
            messageId,
            duplicate: false,
          },
        ],
      }
      recording.sends.push(send)
      const sender = recording.users.all[user]!
      const undo = withHistory(recording, conversation, (items) =>
        items.push({ seq, messageId, sender, text }),
      )
      return () => {
        undo()
        recording.sends.pop()
      }
    },
  },
]
