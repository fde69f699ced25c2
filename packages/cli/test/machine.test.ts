import { expect, it } from "vitest"
import { examineClock, examineNode, examineOpenFiles } from "../src/doctor/machine.ts"

const now = Date.UTC(2026, 10, 24, 12)

it("Node before 24 fails", () => {
  expect(examineNode("22.9.0").status).toBe("fail")
  expect(examineNode("24.0.0").status).toBe("ok")
})

it("a clock that is past, or behind the log's last event, fails; a second's difference does not", () => {
  expect(examineClock(undefined, Date.UTC(1970, 0, 1)).status).toBe("fail")
  expect(examineClock(now + 60_000, now)).toMatchObject({
    status: "fail",
    detail: expect.stringContaining("turned back"),
  })
  expect(examineClock(now + 1_000, now).status).toBe("ok")
  expect(examineClock(undefined, now).status).toBe("ok")
})

it("few open files are a warning; where the limit is not known, nothing is said", () => {
  expect(examineOpenFiles(1_024).map((one) => one.status)).toEqual(["warn"])
  expect(examineOpenFiles(65_536).map((one) => one.status)).toEqual(["ok"])
})
