import { expect, it } from "vitest"
import { noticeOf } from "../src/Entry.ts"

const created = (kind: string, roles: ReadonlyArray<readonly [string, string]>) =>
  noticeOf({
    type: "conversation.created",
    conversation_id: "cnv_1",
    seq: 0,
    ts: "2026-11-24T03:00:00.000Z",
    payload: { kind, members: roles.map(([user_id, role]) => ({ user_id, role })) },
  })

it("who made a group is its first owner, whatever his place among the members", () => {
  const roles = [
    ["ann", "member"],
    ["bob", "owner"],
  ] as const
  expect(created("group", roles)).toMatchObject({ event: "created", actorId: "bob", userIds: ["ann", "bob"] })
})

it("of a conversation of two it is not told who began it", () => {
  const roles = [
    ["ann", "member"],
    ["bob", "member"],
  ] as const
  expect(created("direct", roles)?.actorId).toBe(undefined)
})
