/**
 * What people react with: an emoji, or any short word without white space.
 *
 * Always true: 1 to 32 code points and at most 64 bytes of UTF-8, none of them white space, a control character or a lone surrogate.
 */
import * as Schema from "effect/Schema"

const maxBytes = 64

const utf8Bytes = (text: string): number => {
  let bytes = 0
  for (const character of text) {
    const codePoint = character.codePointAt(0)!
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4
  }
  return bytes
}

export const Emoji = Schema.String.check(
  Schema.isPattern(/^[^\s\p{Cc}\p{Cs}]{1,32}$/u, {
    expected: "1 to 32 characters without white space and control characters",
  }),
  Schema.makeFilter<string>((text) => utf8Bytes(text) <= maxBytes, {
    expected: `at most ${maxBytes} bytes of UTF-8`,
  }),
)
export type Emoji = typeof Emoji.Type
