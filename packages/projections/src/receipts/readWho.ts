/** Who has got and read a conversation, or one message of it: the roster, page by page, with everybody's cursors. */
import { seqOfMessage } from "@parley/domain/ids"
import * as Effect from "effect/Effect"
import type { Unavailable } from "@parley/runtime/errors"
import type { MemberReceipts, WhoHasReadPage } from "../ReceiptReads.ts"
import type { Reads } from "../Reads.ts"
import type { Receipts, UserCursors } from "../Receipts.ts"

/** Members looked at together. */
const atOnce = 200

const shown = (caller: string, { user, readUpTo, hidesReading, devices }: UserCursors): MemberReceipts => {
  const read = hidesReading && user !== caller ? 0 : readUpTo
  return {
    user,
    readUpTo: read,
    deliveredUpTo: Math.max(read, ...devices.map((device) => device.deliveredUpTo)),
    devices,
  }
}

export const readWho = Effect.fnUntraced(function* (
  models: { readonly reads: Reads["Service"]; readonly receipts: Receipts["Service"] },
  conversation: string,
  caller: string,
  { messageId, cursor, limit }: WhoHasReadPage,
): Effect.fn.Return<
  { readonly items: ReadonlyArray<MemberReceipts>; readonly nextCursor?: string } | undefined,
  Unavailable
> {
  const { reads, receipts } = models
  let about: { readonly seq: number; readonly sender: string } | undefined
  if (messageId !== undefined) {
    const found = yield* reads.message(conversation, caller, messageId)
    if (found === undefined) return undefined
    about = { seq: seqOfMessage(messageId)!, sender: found.message.sender }
  }
  const items: Array<MemberReceipts> = []
  let after = cursor
  for (;;) {
    const roster = yield* reads.roster(conversation, caller, after, atOnce)
    if (roster === undefined) return undefined
    const users = roster.members.map((member) => member.user)
    for (const cursors of yield* receipts.ofUsers(conversation, users)) {
      const item = shown(caller, cursors)
      if (about !== undefined && (item.user === about.sender || item.deliveredUpTo < about.seq)) continue
      if (items.length === limit) return { items, nextCursor: items.at(-1)!.user }
      items.push(item)
    }
    if (users.length < atOnce) return { items }
    after = users.at(-1)
  }
})
