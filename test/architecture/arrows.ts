/** Who may import whom. One line each, so that a change of the architecture is a change of this table. */
import { posix } from "node:path"
import { importsOf } from "./importsOf.ts"
import type { Source } from "./sources.ts"

/** Effect's modules of values: data, equality, schemas. None of them can fail, wait or be interrupted. */
const pureEffect = [
  "effect/Schema",
  "effect/SchemaIssue",
  "effect/HashMap",
  "effect/HashSet",
  "effect/Chunk",
  "effect/Option",
  "effect/Result",
  "effect/Hash",
  "effect/Equal",
  "effect/Data",
]

/** What a projection may know of the runtime: ports, errors, and how a stored event is read, opened and made a frame. */
const runtimePorts = [
  "@parley/runtime/EventStore",
  "@parley/runtime/KeyVault",
  "@parley/runtime/Broker",
  "@parley/runtime/errors",
  "@parley/runtime/Sealer",
  "@parley/runtime/frames",
  "@parley/runtime/Pending",
  "@parley/runtime/endOfTurn",
  "@parley/runtime/GenerationCache",
  "@parley/runtime/Users",
  "@parley/runtime/Presence",
  "@parley/runtime/eventStore/SqliteLogReader",
  "@parley/runtime/postgres/",
  "@parley/runtime/telemetry/",
]

const all = ["domain", "runtime", "projections", "gateway", "client", "web", "cli"].map(
  (name) => `@parley/${name}/`,
)

/** For each package: exact names, or prefixes when they end in `/` or `:`. */
const mayImport: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: pureEffect,
  runtime: [
    "@parley/domain/",
    "effect/",
    "@effect/platform-node/",
    "@effect/sql-pg/",
    "@eventstore/db-client",
    "@eventstore/db-client/generated/",
    "@grpc/grpc-js",
    "ioredis",
    "node:",
  ],
  projections: [
    "@parley/domain/",
    ...runtimePorts,
    "effect/",
    "@effect/sql-pg/",
    "node:",
    "firebase-admin/app",
    "firebase-admin/messaging",
    "web-push",
  ],
  gateway: [
    "@parley/domain/",
    "@parley/runtime/",
    "@parley/projections/",
    "effect/",
    "@effect/platform-node/",
    "node:",
    "jose",
    "ws",
    // Loaded only where traces are on.
    "@effect/opentelemetry/OtelTracer",
    "@opentelemetry/api",
    "@opentelemetry/sdk-node",
  ],
  client: ["@parley/domain/wire/", "@parley/domain/ids", "@parley/domain/limits", "react"],
  web: [
    "@parley/client/",
    "react",
    "react/jsx-runtime",
    "react-dom",
    "react-dom/client",
    "@tanstack/react-virtual",
  ],
  cli: [
    "@parley/domain/",
    "@parley/runtime/",
    "@parley/projections/",
    "@parley/gateway/",
    "@parley/client/",
    "effect/",
    "node:",
    "jose",
    "ws",
  ],
  testkit: [
    ...all,
    "effect/",
    "node:",
    "@effect/vitest",
    "vitest",
    "fast-check",
    "ws",
    "jose",
    "playwright-core",
    "ajv/dist/2020.js",
  ],
}

/** Tests know everything that their package may know, the testkit, and the tools of testing. */
const testsMayImport = [
  ...all,
  "@eventstore/db-client",
  "@eventstore/db-client/generated/",
  "@grpc/grpc-js",
  "@parley/testkit/",
  "effect/",
  "node:",
  "vitest",
  "@effect/vitest",
  "fast-check",
  "ws",
  "jose",
  "playwright-core",
  "ajv",
  "ajv/dist/2020.js",
  "axe-core",
  "vite",
  "@vitejs/plugin-react",
  "@asyncapi/specs",
  "@seriousme/openapi-schema-validator",
]

const allows = (allowed: ReadonlyArray<string>, name: string): boolean =>
  allowed.some((one) => (/[/:]$/.test(one) ? name.startsWith(one) : name === one))

const place = /^packages\/([^/]+)\/(src|test)\//

/** One line for each import that points the wrong way. */
export const arrowViolations = ({ path, text }: Source): ReadonlyArray<string> => {
  const [, name, part] = place.exec(path) ?? []
  if (name === undefined || !/\.tsx?$/.test(path)) return []
  const own = `@parley/${name}/`
  const allowed = part === "test" ? testsMayImport : mayImport[name]
  if (allowed === undefined) return [`${path}: the package ${name} is not in the table of arrows`]
  const home = part === "test" ? `packages/${name}/` : `packages/${name}/src/`
  return importsOf(text)
    .filter((target) => {
      if (target.startsWith(".")) return !posix.join(posix.dirname(path), target).startsWith(home)
      return !target.startsWith(own) && !allows(allowed, target)
    })
    .map((target) => `${path} imports ${target}`)
}
