/** For evidence: what a device got of a conversation just before a row, so that a fault can be read without running it again. */
import { GAP, INBOX_ADDED, INBOX_REMOVED } from "./Receipts.ts"
import type { Recording } from "./Recording.ts"

const shown = 8
const kinds: Readonly<Record<number, string>> = {
  [GAP]: "sync.gap",
  [INBOX_ADDED]: "inbox.added",
  [INBOX_REMOVED]: "inbox.removed",
}

/** The rows up to and with this one, oldest first: type, `seq`, connection and time of each. */
export const trailOf = ({ receipts, connections, contents }: Recording, row: number): string => {
  const { device } = connections[receipts.connection[row]!]!
  const conversation = receipts.conversation[row]!
  const trail: Array<string> = []
  for (let at = row; at >= 0 && trail.length < shown; at--) {
    const connection = receipts.connection[at]!
    if (receipts.conversation[at] !== conversation || connections[connection]!.device !== device) continue
    const content = receipts.content[at]!
    const type = kinds[content] ?? contents.all[content]?.type ?? "taken out"
    trail.push(`${type} ${receipts.seq[at]} (c${connection}, ${receipts.at[at]!.toFixed(0)})`)
  }
  return trail.reverse().join(", ")
}
