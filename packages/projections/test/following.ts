/** Followers brought to the end of a log, and what their models answer. */
import { Follower } from "@parley/projections/Follower"
import type { Page } from "@parley/projections/History"
import { historyModel } from "@parley/projections/historyModel/HistoryModel"
import { membershipModel } from "@parley/projections/membershipModel/MembershipModel"
import type { ArrayLog } from "./ArrayLog.ts"
import { conversationId, people } from "./histories.ts"

export const catchUp = (follower: Follower): Follower => {
  while (follower.step().more);
  return follower
}

export const historyOf = (log: ArrayLog, file = ":memory:"): Follower =>
  catchUp(new Follower(historyModel, log, file))
export const membershipOf = (log: ArrayLog, file = ":memory:"): Follower =>
  catchUp(new Follower(membershipModel, log, file))

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
    follower.query("overview", [user, conversations]),
    follower.query("overview", [user, conversations, { limit: 2 }]),
    ...conversations.map((conversation) => [
      follower.query("roster", [conversation, user, undefined, 10]),
      ...pagesUpTo(20, 5).map((page) => follower.query("page", [conversation, user, page])),
    ]),
  ])

export const membershipAnswers = (follower: Follower): unknown =>
  everybody.map((user) => [follower.query("of", [user, -1]), follower.query("of", [user, 30])])
