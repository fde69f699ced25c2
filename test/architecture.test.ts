import { describe, expect, it } from "vitest"
import { arrowViolations } from "./architecture/arrows.ts"
import { importsOf } from "./architecture/importsOf.ts"
import { manifestViolations, shapeViolations } from "./architecture/shape.ts"
import { manifests, sources } from "./architecture/sources.ts"

describe("the repository", () => {
  it("imports in one direction only", () => {
    expect(sources.flatMap(arrowViolations)).toEqual([])
  })
  it("has no file that is too long, badly named, or full of promises", () => {
    expect(sources.flatMap(shapeViolations)).toEqual([])
  })
  it("closes every package's internal folder", () => {
    expect(manifests.flatMap(manifestViolations)).toEqual([])
  })
  it("is read as a whole by these rules", () => {
    const packages = new Set(sources.map(({ path }) => /^packages\/([^/]+)\/src\/.*\.ts$/.exec(path)?.[1]))
    for (const name of ["domain", "runtime", "projections", "gateway", "client", "web", "testkit"])
      expect(packages).toContain(name)
    expect(manifests.map(({ path }) => path)).toContain("packages/domain/package.json")
    expect(sources.map(({ path }) => path)).toContain("README.md")
  })
})

describe("the rules see", () => {
  const wrong = (path: string, text: string): ReadonlyArray<string> => arrowViolations({ path, text })

  it.each([
    ["the domain reading a clock", "packages/domain/src/now.ts", 'import * as Clock from "effect/Clock"'],
    ["the domain using Node", "packages/domain/src/ids.ts", 'import { hash } from "node:crypto"'],
    [
      "the domain using the runtime",
      "packages/domain/src/ids.ts",
      'import { EventStore } from "@parley/runtime/EventStore"',
    ],
    ["the whole of effect", "packages/runtime/src/Broker.ts", 'import { Effect } from "effect"'],
    [
      "the runtime using projections",
      "packages/runtime/src/x.ts",
      'import type { History } from "@parley/projections/History"',
    ],
    [
      "a projection using an adapter",
      "packages/projections/src/x.ts",
      'import { layer } from "@parley/runtime/eventStore/EventStoreSqlite"',
    ],
    ["the client using Node", "packages/client/src/x.ts", 'import "node:fs"'],
    ["the page using the domain", "packages/web/src/x.ts", 'import { UserId } from "@parley/domain/ids"'],
    [
      "the gateway using the testkit",
      "packages/gateway/src/main.ts",
      'import { startParley } from "@parley/testkit/startParley"',
    ],
    [
      "a relative path into another package",
      "packages/gateway/src/x.ts",
      'import { a } from "../../runtime/src/a.ts"',
    ],
    ["sources using tests", "packages/gateway/src/x.ts", 'import { a } from "../test/a.ts"'],
    ["a dynamic import", "packages/domain/src/x.ts", 'const fs = await import("node:fs")'],
    ["a re-export", "packages/client/src/x.ts", 'export { readFile } from "node:fs/promises"'],
    [
      "an import over several lines",
      "packages/domain/src/x.ts",
      'import {\n  a,\n  type B,\n} from "node:fs"',
    ],
    ["an unknown package", "packages/extra/src/x.ts", ""],
    ["an undeclared tool", "packages/gateway/src/x.ts", 'import express from "express"'],
  ])("%s", (_, path, text) => {
    expect(wrong(path, text)).toHaveLength(1)
  })
  it("nothing wrong in what is allowed", () => {
    expect(
      wrong(
        "packages/domain/src/a/b.ts",
        'import * as Schema from "effect/Schema"\nimport { c } from "../c.ts"',
      ),
    ).toEqual([])
    expect(
      wrong("packages/gateway/src/x.ts", 'import { EventStore } from "@parley/runtime/EventStore"'),
    ).toEqual([])
    expect(
      wrong("packages/gateway/test/x.test.ts", 'import { startParley } from "@parley/testkit/startParley"'),
    ).toEqual([])
  })
  it("imports, not comments or strings", () => {
    expect(
      importsOf('/* import "a" */\n// import "b"\nexport const c = "d"\nimport type { E } from "e"'),
    ).toEqual(["e"])
  })
  it.each([
    ["a long file", "packages/runtime/src/Long.ts", "\n".repeat(301)],
    ["a file of re-exports", "packages/runtime/src/index.ts", ""],
    ["a name that says nothing", "packages/runtime/src/stringUtils.ts", ""],
    ["a folder whose name says nothing", "packages/runtime/src/helpers/pad.ts", ""],
    ["a manager", "packages/gateway/src/SessionManager.ts", ""],
    ["a note to oneself", "packages/gateway/src/x.ts", "// TODO: later"],
    ["a promise", "README.md", "A seamless chat."],
  ])("%s", (_, path, text) => {
    expect(shapeViolations({ path, text })).toHaveLength(1)
  })
  it("no fault in a file of 300 lines or in words within words", () => {
    expect(shapeViolations({ path: "packages/runtime/src/Sealer.ts", text: "\n".repeat(300) })).toEqual([])
    expect(shapeViolations({ path: "packages/web/src/x.ts", text: "const todoist = 1" })).toEqual([])
  })
  it("an open internal folder", () => {
    const path = "packages/x/package.json"
    expect(manifestViolations({ path, text: '{ "exports": { "./*": "./src/*.ts" } }' })).toHaveLength(1)
    expect(manifestViolations({ path, text: "{}" })).toHaveLength(1)
    expect(manifestViolations({ path, text: '{ "exports": { "./internal/*": null } }' })).toEqual([])
  })
})
