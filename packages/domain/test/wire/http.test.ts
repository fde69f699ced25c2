import { decoder } from "@parley/domain/wire/decode"
import * as http from "@parley/domain/wire/http"
import type * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"

const id = "cnv_0123456789abcdefghjkmnpqrs"
const path = (schema: Schema.Codec<unknown, unknown>, value: unknown): string => {
  const result = decoder(schema)(value)
  return result._tag === "Decoded" ? "decoded" : result.errors.map((error) => error.path).join(",")
}

describe("bodies of the HTTP routes", () => {
  const message = { conversation_id: id, client_msg_id: "k" }
  const group = { name: "N", member_ids: ["a"] }

  it.each<[string, Schema.Codec<unknown, unknown>, unknown, string]>([
    ["a message", http.PostMessage, { ...message, text: "hi", other: 1 }, "decoded"],
    ["a message that says nothing", http.PostMessage, message, ""],
    ["a message without its key", http.PostMessage, { conversation_id: id, text: "hi" }, "client_msg_id"],
    ["a direct conversation", http.PostConversation, { kind: "direct", user_id: "a" }, "decoded"],
    ["a conversation of another kind", http.PostConversation, { kind: "group", user_id: "a" }, "kind"],
    ["a partner of an ill-formed id", http.PostConversation, { kind: "direct", user_id: "a b" }, "user_id"],
    [
      "a group",
      http.PostGroup,
      { ...group, topic: "T", history: "from_join", metadata: { a: 1 } },
      "decoded",
    ],
    ["a group without a name", http.PostGroup, { member_ids: [] }, "name"],
    ["a group with an empty name", http.PostGroup, { ...group, name: "" }, "name"],
    ["a group with a name of 201 characters", http.PostGroup, { ...group, name: "n".repeat(201) }, "name"],
    ["a group without a list of members", http.PostGroup, { name: "N" }, "member_ids"],
    [
      "a group with an ill-formed member",
      http.PostGroup,
      { ...group, member_ids: ["a", ""] },
      "member_ids.1",
    ],
    ["a group with an unknown history", http.PostGroup, { ...group, history: "none" }, "history"],
    [
      "members to add and to remove",
      http.PostMembers,
      { add: [{ user_id: "a" }, { user_id: "b", role: "admin" }], remove: ["c"] },
      "decoded",
    ],
    ["no members at all", http.PostMembers, {}, "decoded"],
    [
      "a member in an unknown role",
      http.PostMembers,
      { add: [{ user_id: "a", role: "king" }] },
      "add.0.role",
    ],
    ["a device", http.PostStreamToken, { device_id: "phone-1" }, "decoded"],
    ["no device", http.PostStreamToken, {}, "device_id"],
    ["a login", http.PostDevLogin, { user_id: "ann", name: "Ann" }, "decoded"],
    ["a login of a user id of 65 characters", http.PostDevLogin, { user_id: "a".repeat(65) }, "user_id"],
    ["no body", http.PostDevLogin, null, ""],
    ["a list as body", http.PostMembers, [], ""],
  ])("%s", (_, schema, value, expected) => {
    expect(path(schema, value)).toBe(expected)
  })

  it("report one error, however many there are", () => {
    const result = decoder(http.PostGroup)({ name: "N", member_ids: Array.from({ length: 10_000 }, () => 1) })
    expect(result).toEqual({
      _tag: "Invalid",
      errors: [{ path: "member_ids.0", message: expect.any(String) as string }],
    })
  })
})
