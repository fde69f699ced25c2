import { readClientFrame } from "@parley/domain/wire/readClientFrame"
import { describe, expect, it } from "vitest"

const id = "cnv_0123456789abcdefghjkmnpqrs"
const messageId = "msg_0123456789abcdefghjkmnpqrs"
const frame = (payload: unknown, more: object = {}) => ({
  id: "c-1",
  type: "message.send",
  conversation_id: id,
  client_msg_id: "k",
  payload,
  ...more,
})
/** As it comes from the socket: parsed JSON, so that `__proto__` is an own property. */
const read = (text: string) => readClientFrame(JSON.parse(text))
const paths = (value: unknown) => {
  const result = readClientFrame(value)
  return "errors" in result ? [result._tag, ...result.errors.map((error) => error.path)] : result._tag
}

describe("message.send", () => {
  it("is read with all that it may carry", () => {
    const payload = {
      text: "hi",
      media: ["med_1"],
      reply_to_message_id: messageId,
      thread_root_id: messageId,
      ciphertext: "opaque",
      metadata: { a: [1, null, { b: true }] },
    }
    expect(readClientFrame(frame(payload))).toEqual({ _tag: "Send", frame: frame(payload) })
  })

  it("is read without the fields that nobody knows", () => {
    const payload = { text: "hi", colour: "red" }
    expect(readClientFrame(frame(payload, { mood: 1 }))).toEqual({
      _tag: "Send",
      frame: frame({ text: "hi" }),
    })
  })

  it.each([{}, { text: "" }, { media: [] }, { text: "", ciphertext: "", media: [] }, { metadata: { a: 1 } }])(
    "that says nothing is refused: %j",
    (payload) => {
      expect(paths(frame(payload))).toEqual(["Invalid", "payload"])
    },
  )

  it.each<[string, unknown, string]>([
    ["no conversation", { ...frame({ text: "hi" }), conversation_id: undefined }, "conversation_id"],
    ["an ill-formed conversation", frame({ text: "hi" }, { conversation_id: "cnv_1" }), "conversation_id"],
    [
      "a conversation id with a line feed behind it",
      frame({ text: "hi" }, { conversation_id: `${id}\n` }),
      "conversation_id",
    ],
    ["a key with a space", frame({ text: "hi" }, { client_msg_id: "a b" }), "client_msg_id"],
    ["a key of 65 characters", frame({ text: "hi" }, { client_msg_id: "k".repeat(65) }), "client_msg_id"],
    ["an empty key", frame({ text: "hi" }, { client_msg_id: "" }), "client_msg_id"],
    ["no payload", frame(undefined), "payload"],
    ["a list as payload", frame([]), "payload"],
    ["a text as payload", frame("hi"), "payload"],
    ["a number as text", frame({ text: 1 }), "payload.text"],
    ["null as text", frame({ text: null }), "payload.text"],
    ["a text as media", frame({ media: "med_1" }), "payload.media"],
    ["an ill-formed medium", frame({ media: ["med_1", "a picture of me"] }), "payload.media.1"],
    [
      "an ill-formed reference",
      frame({ text: "hi", reply_to_message_id: "1" }),
      "payload.reply_to_message_id",
    ],
    ["a list as metadata", frame({ text: "hi", metadata: [] }), "payload.metadata"],
    ["null as metadata", frame({ text: "hi", metadata: null }), "payload.metadata"],
  ])("with %s is invalid, and the error names the place", (_, value, path) => {
    expect(paths(value)).toEqual(["Invalid", path])
  })

  it("is answered without repeating what was sent", () => {
    const secret = "my-secret-value"
    for (const bad of [
      frame({ text: { secret } }),
      frame({ text: "hi", reply_to_message_id: secret }),
      frame({ text: "hi", media: [secret] }),
    ])
      expect(JSON.stringify(readClientFrame(bad))).not.toContain(secret)
  })

  it("with __proto__ and constructor among its data carries them as data and pollutes nothing", () => {
    const metadata =
      '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"a":{"__proto__":{"b":1}}}'
    const result = read(
      `{"id":"c-1","type":"message.send","conversation_id":"${id}","client_msg_id":"k","__proto__":{"id":"evil"},"payload":{"text":"hi","__proto__":{"ciphertext":"evil"},"metadata":${metadata}}}`,
    )
    expect(result).toMatchObject({ _tag: "Send", frame: { id: "c-1" } })
    if (result._tag !== "Send") return
    const { payload } = result.frame
    expect(payload.ciphertext).toBeUndefined()
    expect(Object.getPrototypeOf(payload)).toBe(Object.prototype)
    expect(Object.getPrototypeOf(payload.metadata)).toBe(Object.prototype)
    expect(JSON.stringify(payload.metadata)).toBe(metadata)
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined()
  })

  it("does not take fields from a prototype", () => {
    const text = `{"id":"c-1","type":"message.send","__proto__":{"conversation_id":"${id}","client_msg_id":"k","payload":{"text":"hi"}}}`
    expect(read(text)).toMatchObject({ _tag: "Invalid" })
    expect(read(`{"__proto__":{"id":"c-1","type":"sync","payload":{}}}`)).toMatchObject({ _tag: "Malformed" })
  })
})

describe("frames about a message", () => {
  const about = (type: string, payload: unknown) => ({ id: "c-1", type, conversation_id: id, payload })
  const emoji = (text: unknown) => ({ message_id: messageId, emoji: text })

  it.each([
    ["message.edit", "Edit", { message_id: messageId, text: "other" }],
    ["message.delete", "Delete", { message_id: messageId }],
    ["reaction.add", "React", emoji("👍🏽")],
    ["reaction.remove", "React", emoji("+1")],
    ["receipt.delivered", "Receipt", { up_to_seq: 7 }],
    ["receipt.read", "Receipt", { up_to_seq: 0 }],
  ])("%s is read, without what is not known", (type, tag, payload) => {
    const asked = about(type, payload)
    expect(readClientFrame(about(type, { ...payload, mood: 1 }))).toEqual({ _tag: tag, frame: asked })
    expect(readClientFrame({ ...asked, conversation_id: undefined })).toMatchObject({
      _tag: "Invalid",
      type,
      errors: [{ path: "conversation_id" }],
    })
    expect(readClientFrame(about(type, {}))).toMatchObject({ _tag: "Invalid", id: "c-1", type })
  })

  it("an edit to nothing is invalid", () => {
    expect(paths(about("message.edit", { message_id: messageId, text: "" }))).toEqual([
      "Invalid",
      "payload.text",
    ])
  })

  it.each(["👍", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "+1", ":party_parrot:", "é", "x".repeat(32), "🎉".repeat(16)])(
    "%s is something to react with",
    (text) => {
      expect(readClientFrame(about("reaction.add", emoji(text)))).toMatchObject({ _tag: "React" })
    },
  )

  it.each([
    "",
    " ",
    "a b",
    "a\u00a0b",
    "a\u3000",
    "\n",
    "a\u0000",
    "\u0085",
    "x".repeat(33),
    "🎉".repeat(17),
    7,
    null,
  ])("%j is not", (text) => {
    expect(paths(about("reaction.add", emoji(text)))).toEqual(["Invalid", "payload.emoji"])
  })

  it.each([-1, 1.5, "7", null])("a receipt up to %j is invalid", (seq) => {
    expect(paths(about("receipt.read", { up_to_seq: seq }))).toEqual(["Invalid", "payload.up_to_seq"])
  })
})

describe("sync", () => {
  const sync = (payload: unknown) => ({ id: "c-1", type: "sync", payload })

  it("is read with and without a cursor and what is known", () => {
    expect(readClientFrame(sync({}))).toEqual({ _tag: "Sync", frame: sync({}) })
    const full = { cursor: "c", known: { [id]: 7 } }
    expect(readClientFrame(sync(full))).toEqual({ _tag: "Sync", frame: sync(full) })
  })

  it("naming something that is no conversation knows nothing by that name", () => {
    expect(readClientFrame(sync({ known: { cnv_1: 7, [id]: 7 } }))).toEqual({
      _tag: "Sync",
      frame: sync({ known: { [id]: 7 } }),
    })
  })

  it.each([[-1], [1.5], [1e300], [Number.MAX_SAFE_INTEGER + 1], ["7"], [null]])(
    "knowing a conversation up to %j is invalid",
    (seq) => {
      expect(paths(sync({ known: { [id]: seq } }))).toEqual(["Invalid", `payload.known.${id}`])
    },
  )

  it("without a payload, or with a cursor that is no text, is invalid", () => {
    expect(paths({ id: "c-1", type: "sync" })).toEqual(["Invalid", "payload"])
    expect(paths(sync({ cursor: 7 }))).toEqual(["Invalid", "payload.cursor"])
  })
})

describe("what is no envelope is malformed", () => {
  it.each([[null], [1], ["text"], [true], [[]], [[{ id: "c-1", type: "sync" }]]])("%j", (value) => {
    expect(paths(value)).toEqual(["Malformed", ""])
  })

  it.each([[{}], [{ id: 1 }], [{ id: "" }], [{ id: "é" }], [{ id: "c".repeat(65) }], [{ id: "a\n" }]])(
    "without a valid id: %j",
    (value) => {
      expect(paths({ type: "sync", payload: {}, ...value })).toEqual(["Malformed", "id"])
    },
  )

  it.each([[{}], [{ type: 1 }], [{ type: "" }], [{ type: null }]])(
    "without a type: %j, but its id is known",
    (value) => {
      expect(readClientFrame({ id: "c-1", ...value })).toMatchObject({ _tag: "Malformed", id: "c-1" })
    },
  )
})

describe("other types", () => {
  it("that nobody knows are told apart from frames with a fault", () => {
    for (const type of ["message.sing", "constructor", "__proto__", "toString"])
      expect(readClientFrame({ id: "c-1", type })).toEqual({ _tag: "UnknownType", id: "c-1", type })
  })
})
