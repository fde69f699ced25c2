/** A server that does not trace loads nothing of OpenTelemetry. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const packages = fileURLToPath(new URL("../../../", import.meta.url))
const sources = ["domain", "runtime", "projections", "gateway"].flatMap((name) =>
  readdirSync(join(packages, name, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({
      path: `${name}/${path}`,
      text: readFileSync(join(packages, name, "src", path), "utf8"),
    })),
)
const saying = (pattern: RegExp): ReadonlyArray<string> =>
  sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path)

it("one file knows OpenTelemetry, and one other loads it, when it is wanted", () => {
  expect(saying(/["'](?:@opentelemetry|@effect\/opentelemetry)\//)).toEqual([
    "gateway/telemetry/openTelemetry.ts",
  ])
  expect(saying(/openTelemetry\.ts["']/)).toEqual(["gateway/telemetry/tracing.ts"])
  expect(saying(/from ["'][^"']*openTelemetry\.ts["']/)).toEqual([])
})
