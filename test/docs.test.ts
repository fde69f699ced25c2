/** The documentation is true where a machine can tell: pages exist, links lead somewhere, quoted tests stand in their files. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { problems } from "@parley/domain/wire/problem"
import { describe, expect, it } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const pages = [
  "README.md",
  "ARCHITECTURE.md",
  "bench/README.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
]

describe("the documentation", () => {
  it("has a page for each error code, and no other", () => {
    const written = readdirSync(join(root, "docs/errors")).map((name) => name.replace(/\.md$/, ""))
    expect(written.sort()).toEqual(Object.keys(problems).sort())
  })

  it.each(pages)("%s: every relative link leads somewhere", (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]!)
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
  })

  it("names tests for its invariants that exist, by titles that stand in them", () => {
    const invariants = read("docs/invariants.md")
      .split("\n")
      .filter((line) => /^\| I\d+ /.test(line))
    expect(invariants.length).toBeGreaterThan(15)
    const wrong = invariants.flatMap((line) => {
      const [, number, , held = ""] = line.split("|").map((cell) => cell.trim())
      const files = [...held.matchAll(/`((?:packages|test)\/[^`]+)`/g)].map((match) => match[1]!)
      if (files.length === 0) return [`${number} names no test`]
      const missing = files.filter((file) => !existsSync(join(root, file)))
      const texts = files
        .filter((file) => file.endsWith(".ts") && existsSync(join(root, file)))
        .map(read)
        .join("\n")
      const titles = [...held.matchAll(/"([^"]+)"/g)].map((match) => match[1]!)
      return [
        ...missing.map((file) => `${number}: ${file} is not there`),
        ...titles.filter((title) => !texts.includes(title)).map((title) => `${number}: no test "${title}"`),
      ]
    })
    expect(wrong).toEqual([])
  })
})
