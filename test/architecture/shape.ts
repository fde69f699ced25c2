/** What every file looks like: its length, its name, its words. */
import type { Source } from "./sources.ts"

const maxLines = 300

/** Names that say nothing about what a file is for. */
const emptyNames = new Set([
  "util",
  "utils",
  "helper",
  "helpers",
  "common",
  "misc",
  "shared",
  "manager",
  "base",
  "info",
  "impl",
])

/** Words that promise instead of telling, and notes to oneself. */
const refusedWords = [
  "TODO",
  "FIXME",
  "XXX",
  "HACK",
  "blazing",
  "best-in-class",
  "cutting-edge",
  "enterprise-grade",
  "leverage",
  "seamless",
  "seamlessly",
  "state-of-the-art",
  "utilize",
  "world-class",
]
const refused = new RegExp(`(?<![\\w-])(?:${refusedWords.join("|")})(?![\\w-])`, "gi")
/** Written in capitals, these are notes to oneself; otherwise they may be data. */
const notes = new Set(["todo", "fixme", "xxx", "hack"])

const isRefused = (word: string): boolean => !notes.has(word.toLowerCase()) || word === word.toUpperCase()

const wordsOf = (name: string): ReadonlyArray<string> =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)

/** One line for each way in which the file is out of shape. */
export const shapeViolations = ({ path, text }: Source): ReadonlyArray<string> => {
  const violations: Array<string> = []
  if (/\.(?:tsx?|mjs)$/.test(path)) {
    const lines = text.split("\n").length - 1
    if (lines > maxLines) violations.push(`${path} has ${lines} lines, more than ${maxLines}`)
    if (/(?:^|\/)index\.ts$/.test(path)) violations.push(`${path} re-exports: publish subpaths instead`)
    for (const part of path.split("/"))
      for (const word of wordsOf(part.replace(/\..*$/, "")))
        if (emptyNames.has(word)) violations.push(`${path} is named “${word}”, which says nothing`)
  }
  for (const [word] of text.matchAll(refused)) if (isRefused(word)) violations.push(`${path} says “${word}”`)
  return violations
}

/** A package's `internal/` is closed to others by Node itself. */
export const manifestViolations = ({ path, text }: Source): ReadonlyArray<string> => {
  const { exports } = JSON.parse(text) as { readonly exports?: Readonly<Record<string, unknown>> }
  if (exports === undefined) return [`${path} has no exports`]
  return exports["./internal/*"] === null ? [] : [`${path} leaves ./internal/* open`]
}
