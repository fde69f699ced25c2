import { Course } from "@parley/projections/rebuild/Course"
import { expect, it } from "vitest"

it("the rate is that of the last seconds, and the time left follows from it", () => {
  const course = new Course("history")
  expect(course.progress(9_999)).toMatchObject({
    state: "running",
    applied: 0,
    total: 10_000,
    rate_per_second: 0,
  })
  expect(course.progress(9_999)).not.toHaveProperty("eta_seconds")
  for (let second = 0; second <= 20; second++) course.moved(second * 100 - 1, second * 1_000)
  // Then twice as fast.
  for (let second = 1; second <= 10; second++) course.moved(1_999 + second * 200, (20 + second) * 1_000)
  expect(course.progress(9_999)).toEqual({
    projection: "history",
    state: "running",
    applied: 4_000,
    total: 10_000,
    rate_per_second: 200,
    eta_seconds: 30,
    detail: "building beside the running model",
  })
})

it("done and failed say so, without a time left", () => {
  const [done, failed] = [new Course("history"), new Course("history")]
  for (const course of [done, failed]) {
    course.moved(100, 0)
    course.moved(200, 1_000)
  }
  done.done(299)
  failed.failed("no room")
  expect(done.progress(250)).toEqual({
    projection: "history",
    state: "done",
    applied: 300,
    total: 300,
    rate_per_second: 100,
  })
  expect(failed.progress(250)).toMatchObject({ state: "failed", detail: "no room", applied: 201, total: 251 })
  expect([done.running, failed.running]).toEqual([false, false])
})
