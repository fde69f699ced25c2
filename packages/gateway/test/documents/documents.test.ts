/** The documents themselves: valid, complete, explained, and served to everybody. */
import specifications from "@asyncapi/specs"
import { defaultLimits } from "@parley/domain/limits"
import { problems, type ProblemCode } from "@parley/domain/wire/problem"
import { Validator } from "@seriousme/openapi-schema-validator"
import { Ajv } from "ajv"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { asyncApi } from "../../src/documents/asyncApi.ts"
import type { Json } from "../../src/documents/jsonSchemas.ts"
import { openApi } from "../../src/documents/openApi.ts"
import { closed } from "../../src/documents/traffic/closed.ts"
import { pointerTo } from "../../src/documents/traffic/Validators.ts"
import { routes } from "../../src/http/routes.ts"
import { send } from "../http/Person.ts"
import { startApp, type TestApp } from "../http/TestApp.ts"
import { byAjv } from "./byAjv.ts"

const http = JSON.parse(JSON.stringify(openApi(routes, defaultLimits))) as Json
const stream = JSON.parse(JSON.stringify(asyncApi(defaultLimits))) as Json
const codes = Object.keys(problems) as ReadonlyArray<ProblemCode>

/** Every place of a document, with the keys that lead to it. */
const walk = (
  value: unknown,
  visit: (node: Json, keys: ReadonlyArray<string>) => void,
  keys: ReadonlyArray<string> = [],
): void => {
  if (typeof value !== "object" || value === null) return
  if (!Array.isArray(value)) visit(value as Json, keys)
  for (const [key, inner] of Object.entries(value)) walk(inner, visit, [...keys, key])
}

/** What stands at a reference of the document. */
const lookUp = (document: Json, reference: string): unknown =>
  reference
    .split("/")
    .slice(1)
    .reduce<unknown>(
      (node, key) => (node as Json | undefined)?.[key.replaceAll("~1", "/").replaceAll("~0", "~")],
      document,
    )

describe("the documents", () => {
  it("follow OpenAPI 3.1, and every reference leads somewhere", async () => {
    const validator = new Validator()
    const { errors, valid } = await validator.validate(structuredClone<Record<string, unknown>>(http))
    expect([valid, errors]).toEqual([true, undefined])
    expect(validator.version).toBe("3.1")
    expect(() => validator.resolveRefs()).not.toThrow()
  })

  it("follow AsyncAPI 3.0", () => {
    const ajv = new Ajv({ strict: false, validateFormats: false })
    const validate = ajv.compile(specifications.schemasWithoutId["3.0.0"] as object)
    expect([validate(stream), validate.errors]).toEqual([true, null])
    expect(validate({ ...stream, channels: { stream: { adress: "/v1/stream" } } })).toBe(false)
  })

  it.each([
    ["openapi.json", http],
    ["asyncapi.json", stream],
  ])("%s: every reference leads somewhere, every example is what its schema says", (_, document) => {
    const strict = byAjv(closed(document))
    const faults: Array<string> = []
    let examples = 0
    const check = (at: ReadonlyArray<string>, example: unknown): void => {
      examples++
      const fault = strict(pointerTo(at))(example)
      if (fault !== undefined) faults.push(`${at.join(" ")}: ${fault}`)
    }
    walk(document, (node, keys) => {
      if (keys.includes("example") || keys.includes("examples")) return
      const reference = node["$ref"]
      if (typeof reference === "string" && lookUp(document, reference) === undefined)
        faults.push(`${keys.join(" ")}: ${reference} leads nowhere`)
      if ("schema" in node && "example" in node) check([...keys, "schema"], node["example"])
      if ("schema" in node && "examples" in node)
        for (const { value } of Object.values(node["examples"] as Record<string, { value: unknown }>))
          check([...keys, "schema"], value)
      if ("payload" in node && Array.isArray(node["examples"]))
        for (const { payload } of node["examples"] as Array<{ payload: unknown }>)
          check([...keys, "payload"], payload)
    })
    expect(faults).toEqual([])
    expect(examples).toBeGreaterThan(20)
  })

  it("explain every field", () => {
    const silent = new Set<string>()
    for (const document of [http, stream])
      walk(document, (node, keys) => {
        if (keys.at(-1) !== "properties" || keys.includes("responses") || keys.includes("bindings")) return
        for (const [name, field] of Object.entries(node))
          if (!("description" in (field as object))) silent.add(name)
      })
    expect([...silent]).toEqual([])
  })

  it("show an example of every answer that has a body", () => {
    const without: Array<string> = []
    for (const [path, operations] of Object.entries(http["paths"] as Record<string, Record<string, Json>>))
      for (const [method, { responses }] of Object.entries(operations))
        for (const [status, { content }] of Object.entries(responses as Record<string, Json>))
          if (content !== undefined && !("example" in (content as Record<string, Json>)["application/json"]!))
            without.push(`${method} ${path} ${status}`)
    expect(without).toEqual([])
  })

  it("name every operation once", () => {
    const ids: Array<unknown> = []
    walk(http["paths"], (node) => "operationId" in node && ids.push(node["operationId"]))
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe("a server", () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.close())

  it.each(["/openapi.json", "/asyncapi.json"])(
    "%s: to anybody, and again only when it has changed",
    async (path) => {
      const answered = await send(app, path)
      expect(answered.headers.get("content-type")).toBe("application/json; charset=utf-8")
      expect(answered.json).toMatchObject({ "x-limits": defaultLimits })
      const etag = answered.headers.get("etag")!
      expect((await send(app, path, { headers: { "if-none-match": etag } })).status).toBe(304)
    },
  )

  it.each(codes)("has a page at the type of %s", async (code) => {
    const { headers, status, text } = await send(app, `/docs/errors/${code}`)
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"])
    expect(text).toContain(`<h1><code>${code}</code> (${problems[code].status})</h1>`)
    expect(text).toContain("What to do.")
    expect(text).not.toMatch(/\]\(|\*\*|<script|https?:/)
  })

  it("has the explorer at /docs", async () => {
    const { headers, status, text } = await send(app, "/docs")
    expect(status).toBe(200)
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'/)
    expect(text).toMatch(/src="\/assets\/explorer-[\w-]+\.js"/)
  })
})
