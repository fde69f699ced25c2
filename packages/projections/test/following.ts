/** Followers brought to the end of a log, and what their models answer. */
import { Follower } from "@parley/projections/Follower"
import type { Page } from "@parley/projections/History"
import { historyModel } from "@parley/projections/historyModel/HistoryModel"
import { membershipModel } from "@parley/projections/membershipModel/MembershipModel"
import { receiptsModel } from "@parley/projections/receiptsModel/ReceiptsModel"
import type { ArrayLog } from "./ArrayLog.ts"
import { conversationId } from "./histories.ts"
import { people } from "./wishes.ts"

export const catchUp = (follower: Follower): Follower => {
  while (follower.step().more);
  return follower
}

export const historyOf = (log: ArrayLog, file = ":memory:"): Follower =>
  catchUp(new Follower(historyModel, log, file))
export const membershipOf = (log: ArrayLog, file = ":memory:"): Follower =>
  catchUp(new Follower(membershipModel, log, file))
export const receiptsOf = (log: ArrayLog, file = ":memory:"): Follower =>
  catchUp(new Follower(receiptsModel, log, file))

const stranger = "zoe"
export const everybody: ReadonlyArray<string> = [...people, stranger]
export const conversations = [0, 1, 2].map(conversationId)

export const pagesUpTo = (head: number, limit: number): ReadonlyArray<Page> => [
  { _tag: "Before", limit },
  { _tag: "Before", before: Math.ceil(head / 2), limit },
  { _tag: "After", after: Math.floor(head / 3), limit },
  { _tag: "Around", around: Math.floor(head / 2), limit },
  { _tag: "Around", around: head + 5, limit },
  { _tag: "Around", around: 0, limit },
]

/** Everything that can be asked of the history model, by everybody. */
export const historyAnswers = (follower: Follower): unknown =>
  everybody.map((user) => [
    follower.query("byActivity", [user, { asOf: Number.MAX_SAFE_INTEGER, limit: 10 }]),
    follower.query("byActivity", [user, { asOf: 20, before: 18, limit: 2 }]),
    ...[0, 3, 9].map((read) => follower.query("markers", [user, conversations.map((id) => [id, read])])),
    ...conversations.map((conversation) => [
      follower.query("roster", [conversation, user, undefined, 10]),
      ...pagesUpTo(20, 5).map((page) => follower.query("page", [conversation, user, page])),
      follower.query("covered", [[{ conversation, after: 2, upTo: 12 }]]),
    ]),
  ])

export const receiptsAnswers = (follower: Follower): unknown => [
  ...conversations.map((conversation) => follower.query("ofUsers", [conversation, everybody])),
  ...everybody.map((user) => [
    follower.query("read", [user, conversations]),
    follower.query("moved", [user, conversations, { since: 20, limit: 5 }]),
  ]),
]

export const membershipAnswers = (follower: Follower): unknown =>
  everybody.map((user) => [follower.query("of", [user, -1]), follower.query("of", [user, 30])])
