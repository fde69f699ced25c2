/**
 * Looks at JSON before and after it is parsed, for what no schema says: nesting, NUL, lone surrogates.
 *
 * Always true: linear, without recursion, so that hostile input costs no more than its length.
 */

/**
 * How deep arrays and objects nest in JSON text, without parsing it: 0 for a scalar, 1 for `{}`. Stops counting above `enough`
 * and returns `enough` + 1. For text that is not JSON the number means nothing; the parser says so afterwards.
 */
export const jsonDepth = (text: string, enough: number = Number.POSITIVE_INFINITY): number => {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === QUOTE) {
      i = endOfString(text, i)
    } else if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) {
      depth++
      if (depth > deepest) {
        deepest = depth
        if (deepest > enough) return deepest
      }
    } else if (unit === CLOSE_OBJECT || unit === CLOSE_ARRAY) depth--
  }
  return deepest
}

const QUOTE = 34
const BACKSLASH = 92
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/** The index of the quote that closes the string opened at `from`; the text's length when none does. */
const endOfString = (text: string, from: number): number => {
  let end = text.indexOf('"', from + 1)
  while (end !== -1) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
  return text.length
}

/**
 * Whether the value parsed from this text can hold a NUL or a lone surrogate at all. In text that came as UTF-8 both need an
 * escape, so most frames are done here and `findForbidden` is left out.
 */
export const mayHoldForbidden = (text: string): boolean => text.includes("\\u")

/** The path (`payload.metadata.a.0`) of the first string or key with a NUL or a lone surrogate in a parsed JSON value, if any. */
export const findForbidden = (root: unknown): string | undefined => {
  const waiting: Array<Visit> = [{ value: root, key: "", parent: undefined }]
  for (let visit = waiting.pop(); visit !== undefined; visit = waiting.pop()) {
    const { value } = visit
    if (typeof value === "string") {
      if (forbidden(value)) return pathOf(visit)
    } else if (Array.isArray(value)) {
      for (let i = value.length - 1; i >= 0; i--)
        waiting.push({ value: value[i], key: String(i), parent: visit })
    } else if (typeof value === "object" && value !== null) {
      const keys = Object.keys(value)
      for (const key of keys) if (forbidden(key)) return pathOf(visit)
      for (const key of keys.reverse())
        waiting.push({ value: (value as Record<string, unknown>)[key], key, parent: visit })
    }
  }
  return undefined
}

interface Visit {
  readonly value: unknown
  readonly key: string
  readonly parent: Visit | undefined
}

const forbidden = (text: string): boolean => text.includes("\0") || !text.isWellFormed()

/** A forbidden key is named by the object that holds it: the key itself would not travel. */
const pathOf = (visit: Visit): string => {
  const keys: Array<string> = []
  for (let at = visit; at.parent !== undefined; at = at.parent) keys.push(at.key)
  return keys.reverse().join(".")
}
