/** The colour and the letters that stand for a person or a group: the same everywhere. */

const tints = 8

/** 0 to 7; `id` may be anything. */
export const tintOf = (id: string): number => {
  // FNV-1a; its high bits, as the low ones hardly tell short ids apart.
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  return ((hash ^ (hash >>> 15)) >>> 16) % tints
}

/** The first letters or digits of the first and the last word; nothing when there are none. */
export const initials = (title: string): string | undefined => {
  const letters = title
    .split(/[\s._:@-]+/u)
    .flatMap((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? [])
    .map((letter) => letter.toLocaleUpperCase())
  if (letters.length === 0) return undefined
  return letters.length === 1 ? letters[0] : `${letters[0]}${letters.at(-1)}`
}
