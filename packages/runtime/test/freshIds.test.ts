import { describe, expect, it } from "vitest"
import { conversationId, directConversationId, eventId, groupIdFor, messageEntropy } from "../src/freshIds.ts"

const now = Date.UTC(2026, 10, 24)
const many = (make: () => string): Array<string> => Array.from({ length: 20_000 }, make)

describe("random ids", () => {
  it("have the protocol's shapes", () => {
    expect(conversationId(now)).toMatch(/^cnv_[0-9abcdefghjkmnpqrstvwxyz]{26}$/)
    expect(messageEntropy()).toMatch(/^[0-9abcdefghjkmnpqrstvwxyz]{18}$/)
    expect(eventId()).toMatch(/^[0-9a-f]{32}$/)
  })
  it.each([
    ["conversation", () => conversationId(now)],
    ["message", messageEntropy],
    ["event", eventId],
  ])("never repeat: %s", (_, make) => {
    const ids = many(make)
    expect(new Set(ids).size).toBe(ids.length)
  })
  it("begin with their time as a ULID does, so that later ones sort later", () => {
    expect(conversationId(1_469_918_176_385).slice(4, 14)).toBe("01aryz6s41")
    expect(conversationId(0).slice(4, 14)).toBe("0000000000")
    expect(conversationId(2 ** 48 - 1).slice(4, 14)).toBe("7zzzzzzzzz")
    expect(conversationId(now) < conversationId(now + 1)).toBe(true)
  })
  it("use every character in their random part", () => {
    const letters = new Set(many(() => messageEntropy()).join(""))
    expect(letters.size).toBe(32)
  })
})

describe("derived ids", () => {
  it("name a direct conversation alike from both sides", () => {
    expect(directConversationId("ann", "bob")).toBe(directConversationId("bob", "ann"))
    expect(directConversationId("ann", "bob")).toMatch(/^cnv_[0-9abcdefghjkmnpqrstvwxyz]{26}$/)
  })
  it("do not change from one version to the next, because streams are named by them", () => {
    expect(directConversationId("ann", "bob")).toBe("cnv_1gs59d7h1w05c4d6bfz42kpcwn")
    expect(groupIdFor("ann", "/v1/groups", "k-1")).toBe("cnv_js0bd2bb051733hy95v4jg1qkg")
  })
  it("differ for other people, though the names run together", () => {
    const ids = [
      directConversationId("ann", "bob"),
      directConversationId("annb", "ob"),
      directConversationId("an", "nbob"),
      directConversationId("ann", "bob2"),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })
  it("tell a group by user, route and key", () => {
    const ids = [
      groupIdFor("ann", "/v1/groups", "k"),
      groupIdFor("bob", "/v1/groups", "k"),
      groupIdFor("ann", "/v1/groups", "k2"),
      groupIdFor("ann", "/v2/groups", "k"),
    ]
    expect(new Set(ids).size).toBe(ids.length)
    expect(groupIdFor("ann", "/v1/groups", "k")).toBe(ids[0])
  })
})
