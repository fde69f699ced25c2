/** A coloured disc with initials: the same person or group has the same colour everywhere. */
import { element } from "./element.ts"
import { icon } from "./icons.ts"

const tints = 8

/** 0 to 7; `id` may be anything. */
export const tintOf = (id: string): number => {
  let sum = 7
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) >>> 0
  return sum % tints
}

export const avatar = (
  id: string,
  title: string,
  size: "small" | "medium" | "large" = "medium",
): HTMLElement =>
  element(
    "span",
    { class: `avatar avatar-${size} tint-${tintOf(id)}`, "aria-hidden": "true" },
    initials(title) ?? icon("group"),
  )

/** The first letters or digits of the first and the last word; nothing when there are none. */
export const initials = (title: string): string | undefined => {
  const letters = title
    .split(/[\s._:@-]+/u)
    .flatMap((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? [])
    .map((letter) => letter.toLocaleUpperCase())
  if (letters.length === 0) return undefined
  return letters.length === 1 ? letters[0] : `${letters[0]}${letters.at(-1)}`
}
