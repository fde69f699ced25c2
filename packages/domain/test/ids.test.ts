import { MessageId, messageIdAt, seqOfMessage } from "@parley/domain/ids"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

const letters = "0123456789abcdefghjkmnpqrstvwxyz"
const entropy = fc
  .array(fc.nat(31), { minLength: 18, maxLength: 18 })
  .map((places) => places.map((place) => letters[place]).join(""))

describe("a message id", () => {
  it("says where the message stands, up to 2^40", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40 - 1), entropy, (seq, random) => {
        const id = messageIdAt(seq, random)
        expect(Schema.is(MessageId)(id)).toBe(true)
        expect(seqOfMessage(id)).toBe(seq)
      }),
      {
        examples: [
          [0, "0".repeat(18)],
          [2 ** 40 - 1, "z".repeat(18)],
        ],
      },
    )
  })

  it("sorts by its place", () => {
    expect(messageIdAt(41, "z".repeat(18)) < messageIdAt(42, "0".repeat(18))).toBe(true)
  })

  it.each([
    "",
    "msg_",
    "cnv_00000001000000000000000000",
    "msg_0000000100000000000000000U",
    `${"0".repeat(30)}`,
  ])("is not read from %j", (text) => {
    expect(seqOfMessage(text)).toBeUndefined()
  })
})
