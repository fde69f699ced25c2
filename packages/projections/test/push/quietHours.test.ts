import { expect, it } from "vitest"
import { isQuiet } from "../../src/push/quietHours.ts"

const at = (text: string): number => Date.parse(text)

it("quiet hours hold from the first minute to before the last", () => {
  const hours = { from: "13:00", to: "14:30", time_zone: "UTC" }
  const times = ["12:59:59", "13:00:00", "14:29:59", "14:30:00"]
  expect(times.map((time) => isQuiet(hours, at(`2026-11-24T${time}Z`)))).toEqual([false, true, true, false])
})

it("over midnight they hold on both sides of it; from and to the same, all day", () => {
  const night = { from: "22:00", to: "07:00", time_zone: "UTC" }
  const times = ["21:59", "22:00", "23:59", "00:00", "06:59", "07:00"]
  expect(times.map((time) => isQuiet(night, at(`2026-11-24T${time}Z`)))).toEqual([
    false,
    true,
    true,
    true,
    true,
    false,
  ])
  expect(isQuiet({ ...night, to: "22:00" }, at("2026-11-24T12:00Z"))).toBe(true)
})

it("they go by the clock on the person's wall, in summer and in winter", () => {
  const berlin = { from: "22:00", to: "23:00", time_zone: "Europe/Berlin" }
  expect(isQuiet(berlin, at("2026-07-01T20:30Z"))).toBe(true)
  expect(isQuiet(berlin, at("2026-01-01T20:30Z"))).toBe(false)
  expect(isQuiet(berlin, at("2026-01-01T21:30Z"))).toBe(true)
})

it("a zone that nobody knows has none", () => {
  expect(isQuiet({ from: "00:00", to: "00:00", time_zone: "Mars/Olympus" }, 0)).toBe(false)
})
