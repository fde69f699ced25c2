/** A page of messages, of a conversation or of a thread, folded over the log's tail. */
import { seqOfMessage } from "@parley/domain/ids"
import { historyFloor } from "../historyFloor.ts"
import type { MessageRow, Page, PageMaterial, ThreadMaterial } from "../History.ts"
import { foldView } from "./foldView.ts"
import { PresentMessages } from "./PresentMessages.ts"
import { type Known, type MemberView, type Reader, type TailEvent, unseen } from "./tail.ts"

/** The page's messages in its order: newest first for `Before`, oldest first otherwise. */
export const foldPage = (
  known: Known<PageMaterial>,
  reader: Reader,
  page: Page,
  tail: ReadonlyArray<TailEvent>,
): (MemberView & { readonly messages: ReadonlyArray<MessageRow> }) | undefined => {
  const view = foldView(known, reader, tail)
  if (view === undefined) return undefined
  const { messages } = show(known, view, page, unseen(known, tail), () => true)
  return { ...view, messages }
}

/** As `foldPage`, of the replies to one message. `undefined` also when the reader may see no message with the id `rootId`. */
export const foldThread = (
  known: Known<ThreadMaterial>,
  reader: Reader,
  rootId: string,
  page: Page,
  tail: ReadonlyArray<TailEvent>,
): (MemberView & { readonly root: MessageRow; readonly messages: ReadonlyArray<MessageRow> }) | undefined => {
  const view = foldView(known, reader, tail)
  if (view === undefined) return undefined
  const { messages, at } = show(
    known,
    view,
    page,
    unseen(known, tail),
    ({ threadRoot }) => threadRoot === rootId,
  )
  const root = at(seqOfMessage(rootId) ?? -1)
  return root?.messageId === rootId ? { ...view, root, messages } : undefined
}

const show = (
  known: Known<ThreadMaterial>,
  { conversation, member }: MemberView,
  page: Page,
  tail: ReadonlyArray<TailEvent>,
  belongs: (row: MessageRow) => boolean,
): {
  readonly messages: ReadonlyArray<MessageRow>
  readonly at: (seq: number) => MessageRow | undefined
} => {
  const floor = historyFloor(conversation, member)
  const { older = [], newer = [], root } = known ?? {}
  const given = [...older, ...newer, ...(root === undefined ? [] : [root])]
  const present = new PresentMessages(member.user, given, tail)
  const at = (seq: number): MessageRow | undefined => (seq < floor ? undefined : present.at(seq))
  const now = (rows: ReadonlyArray<{ readonly seq: number }>): ReadonlyArray<MessageRow> =>
    rows.flatMap(({ seq }) => at(seq) ?? [])
  const added = now(
    tail.flatMap(({ event, revision }) => (event._tag === "MessageSent" ? [{ seq: revision }] : [])),
  ).filter(belongs)
  const messages = cut(
    page,
    (before) => [...added.filter(({ seq }) => seq < before).reverse(), ...now(older)],
    (from) => [...now(newer), ...added.filter(({ seq }) => seq >= from)],
  )
  return { messages, at }
}

const cut = (
  page: Page,
  older: (before: number) => ReadonlyArray<MessageRow>,
  newer: (from: number) => ReadonlyArray<MessageRow>,
): ReadonlyArray<MessageRow> => {
  const { limit } = page
  switch (page._tag) {
    case "Before":
      return older(page.before ?? Infinity).slice(0, limit)
    case "After":
      return newer(page.after + 1).slice(0, limit)
    case "Around": {
      const [below, above] = [older(page.around), newer(page.around)]
      // Half of the page below the mark, and what one side lacks from the other.
      const wantBelow = Math.max(Math.floor(limit / 2), limit - above.length)
      const chosenBelow = below.slice(0, wantBelow).reverse()
      return [...chosenBelow, ...above.slice(0, limit - chosenBelow.length)]
    }
  }
}
