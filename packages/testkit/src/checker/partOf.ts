/**
 * Some conversations of a record, as a record of its own: as if the run had had no others.
 *
 * Always true: numbers of users, conversations, devices and connections are those of the whole, and so are the sends and acts
 * themselves; what is added to the part, or taken out of it, the whole does not notice.
 */
import { type LogOf, Recording } from "./Recording.ts"

const emptyLog: LogOf = { events: 0, messages: [], members: [], keys: [], alterations: [] }

export const partOf = (whole: Recording, conversations: ReadonlySet<number>): Recording => {
  const within = ({ conversation }: { readonly conversation: number }): boolean =>
    conversations.has(conversation)
  const only = <A>(lists: ReadonlyArray<A>, otherwise: A): Array<A> =>
    lists.map((list, conversation) => (conversations.has(conversation) ? list : otherwise))
  const part = Object.assign(new Recording(), {
    users: whole.users,
    conversations: whole.conversations,
    founders: only(whole.founders, []),
    isGroup: whole.isGroup,
    devices: whole.devices,
    connections: whole.connections,
    sends: whole.sends.filter(within),
    changes: whole.changes.filter(within),
    reads: whole.reads.filter(within),
    acts: whole.acts.filter(within),
    marks: whole.marks.filter(within),
    kills: whole.kills,
    asksAgain: whole.asksAgain,
    inbox: whole.inbox.filter(within),
    history: only(whole.history, []),
    log: whole.log && only(whole.log, emptyLog),
  })
  const { receipts, contents } = whole
  for (let row = 0; row < receipts.length; row++) {
    const conversation = receipts.conversation[row]!
    if (conversation >= 0 && !conversations.has(conversation)) continue
    const [seq, content] = [receipts.seq[row]!, receipts.content[row]!]
    // Contents are first seen in the order of their receipt, so the first one of a place stays the first.
    const own = content < 0 ? content : part.contents.numberOf(conversation, seq, contents.all[content]!)
    part.receipts.add(receipts.at[row]!, receipts.connection[row]!, conversation, seq, own)
  }
  return part
}
