/** What `parley doctor` finds with these settings. */
import { freePort } from "@parley/runtime/freePort"
import { expect } from "vitest"
import type { Finding } from "../src/doctor/Finding.ts"
import { parley } from "./command.ts"

interface Examined {
  readonly checks: ReadonlyArray<Finding>
  /** By name. */
  readonly failed: ReadonlyArray<string>
  readonly of: (check: string) => Finding | undefined
  /** Everything that was printed. */
  readonly printed: string
}

/** Its exit code says whether all is well, and what is not has a remedy. On free ports, unless some are named. */
export const examine = async (env: Readonly<Record<string, string | undefined>>): Promise<Examined> => {
  const { status, stdout, stderr } = await parley(["doctor", "--json"], {
    PARLEY_HTTP_PORT: String(await freePort()),
    PARLEY_OPS_PORT: String(await freePort()),
    ...env,
  })
  const { ok, checks } = JSON.parse(stdout) as {
    readonly ok: boolean
    readonly checks: ReadonlyArray<Finding>
  }
  expect(status).toBe(ok ? 0 : 1)
  for (const one of checks)
    expect([one.check, one.remedy !== undefined]).toEqual([one.check, one.status !== "ok"])
  return {
    checks,
    failed: checks.filter((one) => one.status === "fail").map((one) => one.check),
    of: (check) => checks.find((one) => one.check === check),
    printed: stdout + stderr,
  }
}
