/**
 * Whom a message mentions: `metadata.mentions`, a list of user ids, and `@user-id` in its text.
 *
 * Always true: bounded; a mention is a wish of the sender's, so whoever uses it checks that the person is a member.
 */
import type { MessageContent } from "@parley/domain/wire/MessageContent"

const most = 50

/** Not in the middle of a word, as in an address. */
const inText = /(?<![A-Za-z0-9_\-.:@])@([A-Za-z0-9_\-.:@]{1,64})/gu
const closing = /[-_.:@]+$/u

/** Both `ann` and `ann.` for `@ann.`: an id may end with a full stop, and a sentence does. */
export const mentionsOf = ({ text, metadata }: MessageContent): ReadonlySet<string> => {
  const found = new Set<string>()
  const listed: unknown = metadata?.["mentions"]
  if (Array.isArray(listed)) for (const id of listed) if (typeof id === "string") found.add(id)
  for (const [, id] of (text ?? "").matchAll(inText)) {
    if (found.size >= most) break
    found.add(id!)
    found.add(id!.replace(closing, ""))
  }
  found.delete("")
  return found.size <= most ? found : new Set([...found].slice(0, most))
}
